"""python -m hotfix_check"""

from hotfix_check.cli import main

if __name__ == "__main__":
    main()
