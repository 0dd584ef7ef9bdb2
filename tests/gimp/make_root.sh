#!/bin/bash
# make_root.sh SUITE DIR [CACHE]: makes a Debian root with GIMP and a virtual display in DIR; mounts it when it is made.
set -euo pipefail

suite=$1
dir=$(readlink -m "$2")
cache=${3:+$(readlink -m "$3")}
source "$(dirname "$0")/root_parts.sh"

packages="gimp gir1.2-gimp-3.0 gimp-data python3 python3-gi gir1.2-gtk-3.0 gir1.2-atspi-2.0 at-spi2-core
  dbus dbus-x11 xvfb xauth x11-utils xdotool openbox imagemagick fonts-dejavu-core procps"

make_base() {
  local script=/usr/share/debootstrap/scripts/$suite
  find_mirror
  # A suite newer than this debootstrap is made like the newest one that it knows.
  [ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid
  debootstrap --variant=minbase --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
    ${cache:+--cache-dir="$cache"} "$suite" "$dir" "$mirror" "$script"
}

# GIMP's first start asks every plug-in what it offers; homes copied from this one start 8 s faster.
make_template_home() {
  run_inside HOME=/var/lib/gimp-home gimp-console -i --quit </dev/null
  compgen -G "$dir/var/lib/gimp-home/.config/GIMP/*/pluginrc"
}

make_root() {
  make_base
  configure_base
  mount_all
  # shellcheck disable=SC2086
  install_packages $packages
  make_template_home
}

# shellcheck disable=SC2086
make_once "$(echo "$suite" $packages)"
