# Shared by the other scripts: configuration files, log, waiting, metadata service, downloads.

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

# Retries the block every five seconds until it returns true, without limit: the group terminates a machine that does not join.
function Wait-Until([string] $Description, [scriptblock] $Condition) {
  $start = Get-Date
  $logged = $start
  while (-not (& $Condition)) {
    if (((Get-Date) - $logged).TotalSeconds -ge 30) {
      $logged = Get-Date
      Write-Log "waiting for $Description ($([int]($logged - $start).TotalSeconds) s)"
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

# Runs a program and throws if it fails, which PowerShell does not do by itself.
function Invoke-Program([string] $Path, [string[]] $Arguments) {
  & $Path @Arguments
  if ($LASTEXITCODE -ne 0) { throw "$Path failed with status $LASTEXITCODE" }
}

# Downloads, verifies and installs one release file. The stamp is named after the checksum.
function Install-Asset($Asset) {
  $stamp = "$Holdfast\asset-$($Asset.name)-$($Asset.sha256)"
  if (Test-Path $stamp) { return }
  $work = "$Holdfast\download-$($Asset.name)"
  if (Test-Path $work) { Remove-Item -Recurse -Force $work }
  New-Item -ItemType Directory -Path $work | Out-Null
  Invoke-Program "$env:SystemRoot\System32\curl.exe" @('-fsSL', '--retry', '5', '--connect-timeout', '5', '--speed-limit', '1000', '--speed-time', '30', '-o', "$work\file", $Asset.url)
  $found = (Get-FileHash -Algorithm SHA256 -Path "$work\file").Hash.ToLowerInvariant()
  if ($found -ne $Asset.sha256) { throw "checksum of $($Asset.url) differs: expected SHA-256 $($Asset.sha256), got $found" }
  New-Item -ItemType Directory -Force -Path $Asset.directory | Out-Null
  if ($Asset.PSObject.Properties['binary']) {
    Move-Item -Force -Path "$work\file" -Destination "$($Asset.directory)\$($Asset.binary)"
  } else {
    Invoke-Program "$env:SystemRoot\System32\tar.exe" @('-xzf', "$work\file", '-C', $Asset.directory, '--strip-components', '1')
  }
  Remove-Item -Recurse -Force $work
  New-Item -ItemType File -Force -Path $stamp | Out-Null
  Write-Log "$($Asset.name) installed from $($Asset.url)"
}

# During an upgrade, kubelet must not join before every API server has its minor version. The launch hook waits as long as this machine asks.
function Test-ApiServersUpgraded($Identity) {
  $own = [int] $Cluster.kubernetesVersion.Split('.')[1]
  $oldest = @(($script:joining | ConvertFrom-Json).extensions | Where-Object { $_.name -eq 'holdfast.dev/oldest-api-server' })[0].extension.minor
  if (($null -ne $oldest) -and ([int] $oldest -ge $own)) { return $true }
  if (((Get-Date) - $script:beat).TotalSeconds -ge 300) {
    $script:beat = Get-Date
    try {
      Write-ASLifecycleActionHeartbeat -AutoScalingGroupName $Node.group -LifecycleHookName $Cluster.lifecycleHooks.launch -InstanceId $Identity.Id -Region $Region -Force
    } catch {
      Write-Log "RecordLifecycleActionHeartbeat: $_"
    }
  }
  return $false
}
