# What the other scripts lean on: the two configuration files, the log, waiting, the metadata service, downloads.

$Node = [IO.File]::ReadAllText("$Holdfast\node.json") | ConvertFrom-Json
$Cluster = [IO.File]::ReadAllText("$Bundle\cluster.json") | ConvertFrom-Json
$Kubernetes = 'C:\etc\kubernetes'
$Binaries = 'C:\k'
$Logs = 'C:\var\log'
foreach ($folder in "$Kubernetes\pki", "$Kubernetes\manifests", "$Kubernetes\patches", $Binaries, $Logs, 'C:\var\lib\kubelet\pki', 'C:\opt\cni\bin', 'C:\etc\cni\net.d') {
  New-Item -ItemType Directory -Force -Path $folder | Out-Null
}

function Write-Log([string] $Text) {
  $line = "$([DateTime]::UtcNow.ToString('o')) holdfast: $Text"
  Add-Content -Path "$Holdfast\node.log" -Value $line
  Write-Host $line
}

# Until the block says yes, every five seconds. A machine waits without end for what other machines bring, and says so: its
# group has a limit of its own.
function Wait-Until([string] $What, [scriptblock] $Holds) {
  $start = Get-Date
  $said = $start
  while (-not (& $Holds)) {
    if (((Get-Date) - $said).TotalSeconds -ge 30) {
      $said = Get-Date
      Write-Log "waiting for $What ($([int]($said - $start).TotalSeconds) s)"
    }
    Start-Sleep -Seconds 5
  }
}

function Get-Identity {
  $metadata = 'http://169.254.169.254/latest'
  $token = Invoke-RestMethod -Method Put -Uri "$metadata/api/token" -Headers @{ 'X-aws-ec2-metadata-token-ttl-seconds' = '300' }
  $read = { param($path) Invoke-RestMethod -Uri "$metadata/meta-data/$path" -Headers @{ 'X-aws-ec2-metadata-token' = $token } }
  [pscustomobject]@{
    Id   = & $read 'instance-id'
    Ip   = & $read 'local-ipv4'
    Zone = & $read 'placement/availability-zone'
    Type = & $read 'instance-type'
  }
}

# Runs a program, and stops where it fails: PowerShell by itself goes on.
function Invoke-Program([string] $Path, [string[]] $Arguments) {
  & $Path @Arguments
  if ($LASTEXITCODE -ne 0) { throw "$Path ended with $LASTEXITCODE" }
}

# One file of a release, checked, put in place whole or not at all. The stamp is named after the checksum.
function Install-Asset($Asset) {
  $stamp = "$Holdfast\asset-$($Asset.name)-$($Asset.sha256)"
  if (Test-Path $stamp) { return }
  $work = "$Holdfast\download-$($Asset.name)"
  if (Test-Path $work) { Remove-Item -Recurse -Force $work }
  New-Item -ItemType Directory -Path $work | Out-Null
  Invoke-Program "$env:SystemRoot\System32\curl.exe" @('-fsSL', '--retry', '5', '--connect-timeout', '5', '--speed-limit', '1000', '--speed-time', '30', '-o', "$work\file", $Asset.url)
  $found = (Get-FileHash -Algorithm SHA256 -Path "$work\file").Hash.ToLowerInvariant()
  if ($found -ne $Asset.sha256) { throw "$($Asset.url) is not the file with SHA-256 $($Asset.sha256) but $found" }
  New-Item -ItemType Directory -Force -Path $Asset.directory | Out-Null
  if ($Asset.PSObject.Properties['binary']) {
    Move-Item -Force -Path "$work\file" -Destination "$($Asset.directory)\$($Asset.binary)"
  } else {
    Invoke-Program "$env:SystemRoot\System32\tar.exe" @('-xzf', "$work\file", '-C', $Asset.directory, '--strip-components', '1')
  }
  Remove-Item -Recurse -Force $work
  New-Item -ItemType File -Force -Path $stamp | Out-Null
  Write-Log "$($Asset.name) from $($Asset.url)"
}
