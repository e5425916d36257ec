# kubelet as a service, the join with the kubeconfig that the control plane publishes in SSM, and the launch hook.

$CriSocket = 'npipe:////./pipe/containerd-containerd'
$JoinConfiguration = @($Cluster.kubeadm.join | Where-Object { $_.kind -eq 'JoinConfiguration' })[0]

# Arguments of this machine, and those that kubeadm writes to a file that only systemd units read.
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
  # Arguments of every kubelet of the cluster.
  $arguments += @($JoinConfiguration.nodeRegistration.kubeletExtraArgs | ForEach-Object { "--$($_.name)=$($_.value)" })
  if ($taints.Count -gt 0) { $arguments += "--register-with-taints=$($taints -join ',')" }
  return $arguments
}

# Windows discards a service's output: kube-log-runner writes it to a file.
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

# The JoinConfiguration with this machine's values, as JSON, which is valid YAML.
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
  # Overrides of the cluster's kubelet configuration for Windows.
  Copy-Item -Force -Path "$Bundle\windows\kubelet.json" -Destination "$Kubernetes\patches\kubeletconfiguration+merge.json"
  if (Test-Path "$Kubernetes\kubelet.conf") {
    Start-Service -Name kubelet
    Write-Log 'already joined'
    return
  }
  $parameter = $Cluster.parameters.joinKubeconfig
  $script:joining = $null
  $script:beat = Get-Date
  Wait-Until "the control plane to publish $parameter" {
    try {
      # GetParameters: the instance role does not allow GetParameter.
      $script:joining = (Get-SSMParameterValue -Name $parameter -WithDecryption $true -Region $Region).Parameters[0].Value
    } catch {
      Write-Log "$parameter cannot be read: $_"
    }
    ($null -ne $script:joining) -and ($script:joining -ne $Cluster.parameters.unpublished) -and (Test-ApiServersUpgraded $Identity)
  }
  $work = "$Holdfast\join"
  New-Item -ItemType Directory -Force -Path $work | Out-Null
  # For administrators and the system alone: the kubeconfig contains a bootstrap token.
  Invoke-Program 'icacls.exe' @($work, '/inheritance:r', '/grant:r', '*S-1-5-32-544:(OI)(CI)F', '*S-1-5-18:(OI)(CI)F', '/q')
  try {
    [IO.File]::WriteAllText("$work\kubeconfig", $script:joining)
    Write-JoinConfiguration $Identity "$work\kubeconfig" "$work\kubeadm.json"
    Invoke-Program "$Binaries\kubeadm.exe" @('join', '--config', "$work\kubeadm.json", '--skip-phases', 'preflight')
  } finally {
    Remove-Item -Recurse -Force $work
  }
}

# kubelet has its certificate and is healthy. (Linux machines read their Node with that certificate; Windows has no client for
# PEM certificates.)
function Test-Registered {
  if (-not (Test-Path 'C:\var\lib\kubelet\pki\kubelet-client-current.pem')) { return $false }
  try {
    (Invoke-WebRequest -UseBasicParsing -TimeoutSec 5 -Uri 'http://127.0.0.1:10248/healthz').StatusCode -eq 200
  } catch {
    $false
  }
}

# Completes the hook that holds the machine until it is a node. Succeeds if the hook is not active.
function Complete-Launch($Identity) {
  try {
    Complete-ASLifecycleAction -AutoScalingGroupName $Node.group -LifecycleHookName $Cluster.lifecycleHooks.launch -LifecycleActionResult CONTINUE -InstanceId $Identity.Id -Region $Region -Force
    return $true
  } catch {
    if ("$_" -match 'No active Lifecycle Action') { return $true }
    Write-Log "CompleteLifecycleAction: $_"
    return $false
  }
}
