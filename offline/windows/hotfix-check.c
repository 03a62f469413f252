/* hotfix-check.exe: the Python beside it, run as "python -I -B -m hotfix_check" with the arguments given.

   A pool of processes starts this program again and ends its arguments by --multiprocessing-fork: Python then gets them
   as they are. -I keeps the packages and variables of the user out of it, -B writes no compiled modules. */

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <windows.h>

#define LONGEST 32768 /* characters of a path of Windows */

static wchar_t library[LONGEST + 16];

int wmain(int count, wchar_t **arguments) {
  static wchar_t *before[] = {L"-I", L"-B", L"-m", L"hotfix_check"};
  int more = sizeof before / sizeof *before, forked, i;
  DWORD length = GetModuleFileNameW(NULL, library, LONGEST);
  wchar_t *name = wcsrchr(library, L'\\');
  HMODULE python = NULL;
  if (length > 0 && length < LONGEST && name != NULL) {
    wcscpy(name + 1, L"python311.dll");
    python = LoadLibraryExW(library, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
  }
  int (*run)(int, wchar_t **) = python ? (int (*)(int, wchar_t **))GetProcAddress(python, "Py_Main") : NULL;
  wchar_t **all = calloc(count + more + 1, sizeof *all);
  if (run == NULL || all == NULL) {
    fputs("hotfix-check: error: python311.dll beside this program cannot be loaded: unpack the whole zip\n", stderr);
    return 2;
  }
  forked = count > 1 && wcscmp(arguments[count - 1], L"--multiprocessing-fork") == 0;
  if (forked) return run(count, arguments);
  all[0] = arguments[0];
  for (i = 0; i < more; i++) all[i + 1] = before[i];
  for (i = 1; i < count; i++) all[i + more] = arguments[i];
  return run(count + more, all);
}
