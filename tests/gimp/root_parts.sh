# What all Debian roots with a GIMP are made by; sourced by a recipe that has set `dir` and `cache`.
# The recipe defines make_root, and calls make_once with what the root is made from.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
log=$dir.log
# The marker holds what the root was made from, so a changed recipe makes a new root.
marker=$dir/.complete

run_inside() { chroot "$dir" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }

debian_mirror() { apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' | sed -n 1p; }

install_debootstrap() {
  apt-get -q update
  DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends debootstrap debian-archive-keyring
}

# Sets `mirror`, and has debootstrap here.
find_mirror() {
  command -v debootstrap >/dev/null || install_debootstrap
  mirror=$(debian_mirror)
  if [ -z "$mirror" ]; then
    apt-get -q update
    mirror=$(debian_mirror)
  fi
  [ -n "$mirror" ] || { echo "apt of this machine knows no Debian mirror"; return 1; }
}

remove_half_made() {
  "$here/unmount_root.sh" "$dir"
  rm -rf --one-file-system "$dir"
}

configure_base() {
  echo force-unsafe-io >"$dir/etc/dpkg/dpkg.cfg.d/unsafe-io"
  printf 'path-exclude=/usr/share/%s/*\n' doc man >"$dir/etc/dpkg/dpkg.cfg.d/no-documentation"
  # A mirror frozen at some day is as good as a live one here, and nothing inside may drop to the user _apt.
  cat >"$dir/etc/apt/apt.conf.d/99-root" <<'END'
APT::Install-Recommends "false";
APT::Sandbox::User "root";
APT::Keep-Downloaded-Packages "true";
Acquire::Languages "none";
Acquire::Check-Valid-Until "false";
Acquire::Check-Date "false";
END
  # Packages must not start their services in here.
  printf '#!/bin/sh\nexit 101\n' >"$dir/usr/sbin/policy-rc.d"
  chmod 755 "$dir/usr/sbin/policy-rc.d"
  cp -L /etc/resolv.conf "$dir/etc/resolv.conf"
}

# install_packages PACKAGE…: what the cache has need not be fetched.
install_packages() {
  local archives=$dir/var/cache/apt/archives
  [ -z "$cache" ] || find "$cache" -maxdepth 1 -name '*.deb' -exec cp -n -t "$archives" {} +
  run_inside apt-get -q update
  run_inside apt-get -q -y install "$@"
  [ -z "$cache" ] || find "$archives" -maxdepth 1 -name '*.deb' -exec cp -n -t "$cache" {} +
  run_inside apt-get clean
}

mount_once() {
  local target=$dir/${!#}
  mountpoint -q "$target" && return
  mkdir -p "$target"
  mount "${@:1:$#-1}" "$target"
}

# The device nodes are the root's own: nothing of the host's /dev can be lost with the root.
mount_all() {
  mount_once -t proc proc proc
  mount_once -t sysfs -o ro sysfs sys
  mount_once -t devpts -o newinstance,ptmxmode=666,mode=620 devpts dev/pts
  mount_once -t tmpfs -o mode=1777 tmpfs dev/shm
  mount_once -t tmpfs -o mode=1777 tmpfs tmp
  mkdir -p -m 1777 "$dir/tmp/.X11-unix"
}

# make_once RECIPE: makes the root if there is none of that recipe, and mounts it.
make_once() {
  local recipe=$1
  mkdir -p "$(dirname "$dir")" ${cache:+"$cache"}
  # Children inherit the lock: a step that outlives a killed run is waited for.
  exec 9>"$dir.lock"
  flock -w 1200 9

  exec 3>&2 >>"$log" 2>&1
  trap '[ $? -eq 0 ] || tail -n 20 "$log" >&3' EXIT

  if [ "$(cat "$marker" 2>/dev/null)" != "$recipe" ]; then
    : >"$log"
    remove_half_made
    make_root
    echo "$recipe" >"$marker"
  fi
  mount_all
}
