# Remediation: the report and the plan of this server, where somebody reads them. It installs nothing.
param([string] $Reports = $env:HOTFIX_CHECK_REPORTS, [string] $Target = $env:ExchangeInstallPath)

if (-not $Target -or -not $Reports) {
    Write-Output 'Say where reports go, by -Reports or the variable HOTFIX_CHECK_REPORTS; ExchangeInstallPath names the server''s files.'
    exit 2
}
$tool = Join-Path $PSScriptRoot 'hotfix-check.exe'
$env:HOTFIX_CHECK_CACHE = 'off'
$place = Join-Path $Reports $env:COMPUTERNAME
& $tool scan --quiet $Target.TrimEnd('\') -f json -o "$place.html" -o "$place.json" > $null
if ($LASTEXITCODE -eq 2) { exit 2 }
& $tool plan --quiet $Target.TrimEnd('\') > "$place.plan.txt"
if ($LASTEXITCODE -eq 2) { exit 2 }
Write-Output "Written: $place.html, .json and .plan.txt"
exit 0
