"""delay.py DEVICE MILLISECONDS: network device that sends each packet back after a time. Ends with its standard input."""

import collections
import fcntl
import os
import select
import struct
import sys
import time

# linux/if_tun.h: IFF_TUN | IFF_NO_PI, plain IP packets.
TUNSETIFF = 0x400454CA
PLAIN_IP = 0x1001

device, seconds = sys.argv[1], int(sys.argv[2]) / 1000
tun = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", device.encode(), PLAIN_IP))
print("ready", flush=True)

waiting = collections.deque()
while True:
    pause = max(0, waiting[0][0] - time.monotonic()) if waiting else None
    readable, _, _ = select.select([tun, sys.stdin], [], [], pause)
    if sys.stdin in readable:
        break
    if tun in readable:
        waiting.append((time.monotonic() + seconds, os.read(tun, 65536)))
    while waiting and waiting[0][0] <= time.monotonic():
        os.write(tun, waiting.popleft()[1])
