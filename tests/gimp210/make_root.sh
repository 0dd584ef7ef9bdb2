#!/bin/bash
# make_root.sh DIR CACHE PYTHON: makes a Debian root with GIMP 2.10 and its Python-Fu in DIR; mounts it when it is made.
# PYTHON is an interpreter of this machine whose pip gets one source package.
set -euo pipefail

dir=$(readlink -m "$1")
cache=$(readlink -m "$2")
python=$3
recipes=$(cd "$(dirname "$0")" && pwd)
source "$recipes/../gimp/root_parts.sh"

# Debian's GIMP 2.10 comes without Python-Fu since Python 2 is gone: it is built from GIMP's own source, with
# the interpreter of the release before and the last PyGObject for it.
packages="gimp libgimp2.0-dev libgirepository1.0-dev gcc libc6-dev pkg-config bzip2 procps"
old_packages="python2.7 python2.7-dev python-setuptools python-pkg-resources"
pygobject=3.36.1
pygobject_sha256=012a589aec687bfa809a1ff9f5cd775dc7f6fcec1a6bc7fe88e1002a68f8ba34

make_base() {
  find_mirror
  debootstrap --variant=minbase --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
    --cache-dir="$cache" bookworm "$dir" "$mirror"
  printf '%s bookworm main\n' "deb $mirror" "deb-src $mirror" >"$dir/etc/apt/sources.list"
  echo "deb $mirror bullseye main" >>"$dir/etc/apt/sources.list"
  printf 'Package: *\nPin: release n=bullseye\nPin-Priority: 100\n' >"$dir/etc/apt/preferences.d/bullseye"
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

make_root() {
  make_base
  configure_base
  mount_all
  # shellcheck disable=SC2086
  install_packages $packages $old_packages
  get_sources
  cp "$recipes/build_pygimp.sh" "$dir/build/"
  run_inside bash /build/build_pygimp.sh
  make_template_home
  rm -rf "$dir/build"
}

# shellcheck disable=SC2086
make_once "$(echo $packages $old_packages $pygobject; sha256sum <"$recipes/build_pygimp.sh")"
