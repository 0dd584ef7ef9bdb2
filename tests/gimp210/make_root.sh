#!/bin/bash
# make_root.sh DIR CACHE PYTHON: makes a Debian root with GIMP 2.10 and its Python-Fu in DIR; mounts it when it is made.
# PYTHON is an interpreter of this machine whose pip gets one source package.
set -euo pipefail

dir=$(readlink -m "$1")
cache=$(readlink -m "$2")
python=$3
here=$(cd "$(dirname "$0")" && pwd)
log=$dir.log

# Debian's GIMP 2.10 comes without Python-Fu since Python 2 is gone: it is built from GIMP's own source, with
# the interpreter of the release before and the last PyGObject for it.
packages="gimp libgimp2.0-dev libgirepository1.0-dev gcc libc6-dev pkg-config bzip2 procps"
old_packages="python2.7 python2.7-dev python-setuptools python-pkg-resources"
pygobject=3.36.1
pygobject_sha256=012a589aec687bfa809a1ff9f5cd775dc7f6fcec1a6bc7fe88e1002a68f8ba34
# The marker holds what the root was made from, so a changed recipe makes a new root.
marker=$dir/.complete
recipe=$(echo $packages $old_packages $pygobject; sha256sum <"$here/build_pygimp.sh")

run_inside() { chroot "$dir" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }

debian_mirror() { apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' | sed -n 1p; }

install_debootstrap() {
  apt-get -q update
  DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends debootstrap debian-archive-keyring
}

remove_half_made() {
  "$here/../gimp/unmount_root.sh" "$dir"
  rm -rf --one-file-system "$dir"
}

make_base() {
  command -v debootstrap >/dev/null || install_debootstrap
  local mirror
  mirror=$(debian_mirror)
  if [ -z "$mirror" ]; then
    apt-get -q update
    mirror=$(debian_mirror)
  fi
  [ -n "$mirror" ] || { echo "apt of this machine knows no Debian mirror"; return 1; }
  debootstrap --variant=minbase --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
    --cache-dir="$cache" bookworm "$dir" "$mirror"
  printf '%s bookworm main\n' "deb $mirror" "deb-src $mirror" >"$dir/etc/apt/sources.list"
  echo "deb $mirror bullseye main" >>"$dir/etc/apt/sources.list"
  printf 'Package: *\nPin: release n=bullseye\nPin-Priority: 100\n' >"$dir/etc/apt/preferences.d/bullseye"
}

configure_base() {
  echo force-unsafe-io >"$dir/etc/dpkg/dpkg.cfg.d/unsafe-io"
  printf 'path-exclude=/usr/share/%s/*\n' doc man >"$dir/etc/dpkg/dpkg.cfg.d/no-documentation"
  cat >"$dir/etc/apt/apt.conf.d/99-root" <<'END'
APT::Install-Recommends "false";
APT::Sandbox::User "root";
APT::Keep-Downloaded-Packages "true";
Acquire::Languages "none";
Acquire::Check-Valid-Until "false";
Acquire::Check-Date "false";
END
  printf '#!/bin/sh\nexit 101\n' >"$dir/usr/sbin/policy-rc.d"
  chmod 755 "$dir/usr/sbin/policy-rc.d"
  cp -L /etc/resolv.conf "$dir/etc/resolv.conf"
}

install_packages() {
  local archives=$dir/var/cache/apt/archives
  find "$cache" -maxdepth 1 -name '*.deb' -exec cp -n -t "$archives" {} +
  run_inside apt-get -q update
  # shellcheck disable=SC2086
  run_inside apt-get -q -y install $packages $old_packages
  find "$archives" -maxdepth 1 -name '*.deb' -exec cp -n -t "$cache" {} +
  run_inside apt-get clean
}

get_sources() {
  local sources=$dir/build/sources name=PyGObject-$pygobject.tar.gz
  mkdir -p "$sources"
  if [ ! -e "$cache/$name" ]; then
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: \
      --no-build-isolation --dest "$dir/build/pip" "PyGObject==$pygobject"
    mv "$dir/build/pip/$name" "$cache/$name"
  fi
  echo "$pygobject_sha256  $cache/$name" | sha256sum --check --quiet
  cp "$cache/$name" "$sources"
  compgen -G "$cache/gimp_*.orig.tar.bz2" ||
    (run_inside sh -c 'cd /build && apt-get -q source --download-only gimp' && mv "$dir"/build/gimp_*.orig.tar.bz2 "$cache")
  cp "$cache"/gimp_*.orig.tar.bz2 "$sources"
}

# GIMP's first start asks every plug-in what it offers; homes copied from this one start faster.
make_template_home() {
  run_inside HOME=/var/lib/gimp-home timeout 120 gimp-console -i -d -f --batch-interpreter=python-fu-eval \
    -b 'print "Python-Fu is in", gimp.version' -b 'pdb.gimp_quit(1)' </dev/null | tee "$dir/first-start"
  grep -q "Python-Fu is in" "$dir/first-start"
}

mount_once() {
  local target=$dir/${!#}
  mountpoint -q "$target" && return
  mkdir -p "$target"
  mount "${@:1:$#-1}" "$target"
}

mount_all() {
  mount_once -t proc proc proc
  mount_once -t sysfs -o ro sysfs sys
  mount_once -t devpts -o newinstance,ptmxmode=666,mode=620 devpts dev/pts
  mount_once -t tmpfs -o mode=1777 tmpfs dev/shm
  mount_once -t tmpfs -o mode=1777 tmpfs tmp
}

mkdir -p "$(dirname "$dir")" "$cache"
# Children inherit the lock: a step that outlives a killed run is waited for.
exec 9>"$dir.lock"
flock -w 1200 9

exec 3>&2 >>"$log" 2>&1
trap '[ $? -eq 0 ] || tail -n 20 "$log" >&3' EXIT

if [ "$(cat "$marker" 2>/dev/null)" != "$recipe" ]; then
  : >"$log"
  remove_half_made
  make_base
  configure_base
  mount_all
  install_packages
  get_sources
  cp "$here/build_pygimp.sh" "$dir/build/"
  run_inside bash /build/build_pygimp.sh
  make_template_home
  rm -rf "$dir/build"
  echo "$recipe" >"$marker"
fi
mount_all
