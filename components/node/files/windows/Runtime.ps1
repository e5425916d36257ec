# Windows' containers feature, and containerd as a service.

# Returns true if the feature was installed now: it requires a restart.
function Install-ContainerFeature {
  if ((Get-WindowsFeature -Name Containers).Installed) { return $false }
  Install-WindowsFeature -Name Containers | Out-Null
  return $true
}

function Start-Containerd {
  $folder = 'C:\Program Files\containerd'
  $config = "$folder\config.toml"
  $wanted = [IO.File]::ReadAllText("$Bundle\windows\containerd.toml")
  $changed = -not (Test-Path $config) -or ([IO.File]::ReadAllText($config) -ne $wanted)
  [IO.File]::WriteAllText($config, $wanted)
  # Windows Defender would scan every layer while containerd unpacks it.
  Add-MpPreference -ExclusionProcess "$folder\containerd.exe" -ErrorAction SilentlyContinue
  if (-not (Get-Service -Name containerd -ErrorAction SilentlyContinue)) {
    Invoke-Program "$folder\containerd.exe" @('--register-service', '--config', $config, '--log-file', "$Logs\containerd.log")
    Invoke-Program 'sc.exe' @('failure', 'containerd', 'reset=', '0', 'actions=', 'restart/10000')
  } elseif ($changed) {
    Stop-Service -Name containerd
  }
  Start-Service -Name containerd
  Wait-Until 'containerd' { Test-Path '\\.\pipe\containerd-containerd' }
}
