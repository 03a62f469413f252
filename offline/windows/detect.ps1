# Detection for Intune's remediations and for compliance settings of Configuration Manager: one line, and an exit code.
# 0: nothing to report. 1: something is missing or open, so that the remediation runs. 2: it could not be asked.
param([string] $Target = $env:ExchangeInstallPath)

if (-not $Target) {
    Write-Output 'No Exchange here: the variable ExchangeInstallPath is not set.'
    exit 0
}
$tool = Join-Path $PSScriptRoot 'hotfix-check.exe'
$env:HOTFIX_CHECK_CACHE = 'off'
$result = Join-Path $env:TEMP ('hotfix-check-{0}.json' -f [guid]::NewGuid())
try {
    & $tool scan --quiet $Target.TrimEnd('\') -f json -o $result > $null
    $code = $LASTEXITCODE
    if ($code -eq 2 -or -not (Test-Path -LiteralPath $result)) {
        Write-Output 'hotfix-check could not judge this server.'
        exit 2
    }
    $found = (Get-Content -LiteralPath $result -Raw -Encoding UTF8 | ConvertFrom-Json).targets[0]
    $count = $found.summary
    Write-Output ('{0}: {1} missing, {2} partial, {3} undetermined' -f $found.outcome, $count.missing, $count.partial, $count.undetermined)
    if ($code -eq 0) { exit 0 }
    exit 1
}
finally {
    Remove-Item -LiteralPath $result -ErrorAction SilentlyContinue
}
