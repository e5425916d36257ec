# Sets up this Windows machine as a node: containers feature, assets, containerd, kubelet, join, launch hook. Safe to run at every boot.
param(
  [Parameter(Mandatory)] [string] $Holdfast,
  [Parameter(Mandatory)] [string] $Bundle,
  [Parameter(Mandatory)] [string] $Region
)
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
. "$Bundle\windows\Node.ps1"
. "$Bundle\windows\Runtime.ps1"
. "$Bundle\windows\Kubelet.ps1"

try {
  Set-StrictMode -Version Latest
  $identity = Get-Identity
  if (Install-ContainerFeature) {
    Write-Log 'containers feature installed: restarting'
    Restart-Computer -Force
    return
  }
  foreach ($asset in $Cluster.windows.assets) { Install-Asset $asset }
  Start-Containerd
  Join-Cluster $identity
  Wait-Until 'kubelet to register' { Test-Registered }
  Wait-Until 'the launch hook to complete' { Complete-Launch $identity }
  Write-Log 'this machine is ready as worker'
} catch {
  Write-Log "failed: $_ ($($_.InvocationInfo.PositionMessage))"
  # EC2Launch logs the status; the group terminates a machine that does not join in time.
  exit 1
}
