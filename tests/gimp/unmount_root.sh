#!/bin/bash
# unmount_root.sh DIR: unmounts everything that is mounted under DIR, innermost first.
set -euo pipefail

dir=$(readlink -m "$1")

# In reverse order of names, what lies inside comes before what holds it.
awk -v prefix="$dir/" 'index($5, prefix) == 1 { print $5 }' /proc/self/mountinfo | LC_ALL=C sort -r |
  while IFS= read -r target; do
    umount "$(printf '%b' "$target")"
  done
