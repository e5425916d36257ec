# kubelet as a service, the join with what the control plane publishes in SSM, and the answer to the machine's group.

$CriSocket = 'npipe:////./pipe/containerd-containerd'
$JoinConfiguration = @($Cluster.kubeadm.join | Where-Object { $_.kind -eq 'JoinConfiguration' })[0]

# Arguments that differ from machine to machine, or that kubeadm's file of flags would only bring to systemd's kubelet.
function Get-KubeletArguments($Identity) {
  $labels = [ordered]@{ 'holdfast.dev/pool' = $Node.pool.name }
  foreach ($label in $Node.pool.labels.PSObject.Properties) { $labels[$label.Name] = $label.Value }
  $labels['topology.kubernetes.io/region'] = $Node.region
  $labels['topology.kubernetes.io/zone'] = $Identity.Zone
  $labels['node.kubernetes.io/instance-type'] = $Identity.Type
  $taints = @($Node.pool.taints | ForEach-Object { "$($_.key)=$($_.value):$($_.effect)" })
  $arguments = @(
    '--windows-service'
    '--config=C:\var\lib\kubelet\config.yaml'
    "--bootstrap-kubeconfig=$Kubernetes\bootstrap-kubelet.conf"
    "--kubeconfig=$Kubernetes\kubelet.conf"
    '--cert-dir=C:\var\lib\kubelet\pki'
    "--hostname-override=$($Identity.Id)"
    "--node-ip=$($Identity.Ip)"
    "--provider-id=aws:///$($Identity.Zone)/$($Identity.Id)"
    "--max-pods=$($Node.pool.maxPods)"
    "--node-labels=$(@($labels.Keys | ForEach-Object { "$_=$($labels[$_])" }) -join ',')"
  )
  # What every kubelet of the cluster is told.
  $arguments += @($JoinConfiguration.nodeRegistration.kubeletExtraArgs | ForEach-Object { "--$($_.name)=$($_.value)" })
  if ($taints.Count -gt 0) { $arguments += "--register-with-taints=$($taints -join ',')" }
  return $arguments
}

# A service's output goes nowhere: kube-log-runner writes it down.
function Register-Kubelet($Identity) {
  $command = "$Binaries\kube-log-runner.exe -log-file=$Logs\kubelet.log $Binaries\kubelet.exe $((Get-KubeletArguments $Identity) -join ' ')"
  if (Get-Service -Name kubelet -ErrorAction SilentlyContinue) {
    Set-ItemProperty -Path 'HKLM:\SYSTEM\CurrentControlSet\Services\kubelet' -Name ImagePath -Value $command
  } else {
    New-Service -Name kubelet -BinaryPathName $command -StartupType Automatic -DependsOn containerd | Out-Null
    Invoke-Program 'sc.exe' @('failure', 'kubelet', 'reset=', '0', 'actions=', 'restart/10000')
  }
  if (-not (Get-NetFirewallRule -Name kubelet -ErrorAction SilentlyContinue)) {
    New-NetFirewallRule -Name kubelet -DisplayName 'kubelet' -Direction Inbound -Protocol TCP -LocalPort 10250 -Action Allow | Out-Null
  }
}

# Who joins and how, with this machine's values filled in. JSON is YAML, and kubeadm reads either.
function Write-JoinConfiguration($Identity, [string] $Kubeconfig, [string] $Path) {
  $document = $JoinConfiguration | ConvertTo-Json -Depth 20 | ConvertFrom-Json
  $document.discovery.file | Add-Member -Force -NotePropertyName kubeConfigPath -NotePropertyValue $Kubeconfig
  $document.nodeRegistration.criSocket = $CriSocket
  $document.nodeRegistration | Add-Member -Force -NotePropertyName name -NotePropertyValue $Identity.Id
  $document.nodeRegistration | Add-Member -Force -NotePropertyName taints -NotePropertyValue @($Node.pool.taints)
  $document.patches.directory = "$Kubernetes\patches"
  [IO.File]::WriteAllText($Path, ($document | ConvertTo-Json -Depth 20))
}

function Join-Cluster($Identity) {
  Register-Kubelet $Identity
  # What of the cluster's kubelet configuration means nothing on Windows, or something else.
  Copy-Item -Force -Path "$Bundle\windows\kubelet.json" -Destination "$Kubernetes\patches\kubeletconfiguration+merge.json"
  if (Test-Path "$Kubernetes\kubelet.conf") {
    Start-Service -Name kubelet
    Write-Log 'this machine is a node already'
    return
  }
  $parameter = "$($Node.parameterPrefix)/join/kubeconfig"
  $script:joining = $null
  Wait-Until 'the control plane to publish how to join' {
    try {
      # GetParameters, which the machine's role may call, and not GetParameter.
      $script:joining = (Get-SSMParameterValue -Name $parameter -WithDecryption $true -Region $Region).Parameters[0].Value
    } catch {
      Write-Log "$parameter cannot be read: $_"
    }
    ($null -ne $script:joining) -and ($script:joining -ne 'pending')
  }
  $work = "$Holdfast\join"
  New-Item -ItemType Directory -Force -Path $work | Out-Null
  # Administrators and the system alone: the token in it is short-lived, but good for a node.
  Invoke-Program 'icacls.exe' @($work, '/inheritance:r', '/grant:r', '*S-1-5-32-544:(OI)(CI)F', '*S-1-5-18:(OI)(CI)F', '/q')
  try {
    [IO.File]::WriteAllText("$work\kubeconfig", $script:joining)
    Write-JoinConfiguration $Identity "$work\kubeconfig" "$work\kubeadm.json"
    Invoke-Program "$Binaries\kubeadm.exe" @('join', '--config', "$work\kubeadm.json", '--skip-phases', 'preflight')
  } finally {
    Remove-Item -Recurse -Force $work
  }
}

# kubelet has got a certificate of its own from the cluster, and is healthy. (Linux machines ask for their Node with that
# certificate; nothing that comes with Windows takes one as PEM.)
function Test-Registered {
  if (-not (Test-Path 'C:\var\lib\kubelet\pki\kubelet-client-current.pem')) { return $false }
  try {
    (Invoke-WebRequest -UseBasicParsing -TimeoutSec 5 -Uri 'http://127.0.0.1:10248/healthz').StatusCode -eq 200
  } catch {
    $false
  }
}

# The answer to the hook that holds the machine until it is a node; a group that does not wait is as good.
function Complete-Joining($Identity) {
  try {
    Complete-ASLifecycleAction -AutoScalingGroupName $Node.group -LifecycleHookName holdfast-joined -LifecycleActionResult CONTINUE -InstanceId $Identity.Id -Region $Region -Force
    return $true
  } catch {
    if ("$_" -match 'No active Lifecycle Action') { return $true }
    Write-Log "CompleteLifecycleAction: $_"
    return $false
  }
}
