# Makes this Windows machine a node: container feature, files, containerd, kubelet, join, a word to its group. Safe to run at
# every boot; what is in place already stays.
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
  # From the metadata service, whose answers need a token.
  $identity = Get-Identity
  if (Install-ContainerFeature) {
    Write-Log 'the container feature is new: restarting'
    Restart-Computer -Force
    return
  }
  foreach ($asset in $Cluster.windows.assets) { Install-Asset $asset }
  Start-Containerd
  Join-Cluster $identity
  Wait-Until 'kubelet to be a node' { Test-Registered }
  Wait-Until 'the group to take this machine into service' { Complete-Joining $identity }
  Write-Log 'this machine is a working worker'
} catch {
  Write-Log "failed: $_ ($($_.InvocationInfo.PositionMessage))"
  # EC2Launch writes the exit status down; the group gives the machine up when it has not joined in time.
  exit 1
}
