# Downloads the node bundle that the user data names, then runs its Start-Node.ps1. Runs at every boot, downloads once. The
# variables are set by the lines that the user data has above this one.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$Holdfast = 'C:\holdfast'
New-Item -ItemType Directory -Force -Path $Holdfast | Out-Null

function Write-Step([string] $Text) {
  $line = "$([DateTime]::UtcNow.ToString('o')) holdfast: bootstrap: $Text"
  Add-Content -Path "$Holdfast\node.log" -Value $line
  Write-Output $line
}

# WriteAllText: without a byte order mark, which kubeadm and kubelet do not accept.
$config = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($Node))
[IO.File]::WriteAllText("$Holdfast\node.json", $config)

$bundle = "$Holdfast\$BundleSha256"
if (-not (Test-Path $bundle)) {
  $work = "$Holdfast\download"
  if (Test-Path $work) { Remove-Item -Recurse -Force $work }
  New-Item -ItemType Directory -Path "$work\tree" | Out-Null
  for ($attempt = 1; ; $attempt++) {
    try {
      Read-S3Object -BucketName $BundleBucket -Key $BundleKey -File "$work\bundle.tar.gz" -Region $Region | Out-Null
      break
    } catch {
      Write-Step "s3://$BundleBucket/$BundleKey cannot be downloaded (attempt $attempt): $_"
      if ($attempt -ge 10) { throw }
      Start-Sleep -Seconds 15
    }
  }
  $found = (Get-FileHash -Algorithm SHA256 -Path "$work\bundle.tar.gz").Hash.ToLowerInvariant()
  if ($found -ne $BundleSha256) {
    Write-Step "s3://$BundleBucket/$BundleKey does not match the SHA-256 in the user data: it has $found"
    exit 1
  }
  & "$env:SystemRoot\System32\tar.exe" -xzf "$work\bundle.tar.gz" -C "$work\tree"
  if ($LASTEXITCODE -ne 0) { throw "tar failed with status $LASTEXITCODE" }
  # One rename, so that the folder is complete whenever it exists.
  Move-Item -Path "$work\tree" -Destination $bundle
  Remove-Item -Recurse -Force $work
  Write-Step "bundle $BundleSha256 unpacked"
}
& "$bundle\windows\Start-Node.ps1" -Holdfast $Holdfast -Bundle $bundle -Region $Region
