#!/bin/bash
# build_pygimp.sh: inside the root, builds GIMP's own Python-Fu for Python 2.7 on PyGObject 3; without GTK 2 windows.
set -euo pipefail

sources=/build/sources
stage=/build/stage
modules=/usr/lib/gimp/2.0/python

tar -C /build -xf "$sources"/PyGObject-*.tar.gz
mkdir -p /build/pygimp
tar -C /build/pygimp -xf "$sources"/gimp_*.orig.tar.bz2 --strip-components=3 --wildcards '*/plug-ins/pygimp'

cd /build/PyGObject-*
PYGOBJECT_WITHOUT_PYCAIRO=1 CFLAGS="-O1 -w" \
  python2.7 setup.py -q build install --root="$stage" --prefix=/usr --install-lib=/modules

cd /build/pygimp
mkdir compat
cp "$(find "$stage" -name pygobject.h)" compat/
# What PyGObject 3 has dropped since the version that GIMP's sources were written for.
cat >>compat/pygobject.h <<'END'
#ifndef COMPAT_H
#define COMPAT_H
#define pyg_set_object_has_new_constructor(type) ((void) 0)
#define init_pygobject() do { if (! pygobject_init (-1, -1, -1)) return; } while (0)

static inline int
compat_adopt (PyGObject *self, GObject *object)
{
  if (! object)
    return -1;
  if (g_object_is_floating (object))
    g_object_ref_sink (object);
  self->obj = object;
  pygobject_register_wrapper ((PyObject *) self);
  return 0;
}

#define pygobject_construct(self, ...) \
  compat_adopt (self, g_object_new (pyg_type_from_object ((PyObject *) (self)), __VA_ARGS__))
#endif
END
printf '#define GETTEXT_PACKAGE "gimp20"\n#define ENABLE_NLS 1\n' >config.h

flags="-O1 -w -fPIC -shared -fno-strict-aliasing -DHAVE_CONFIG_H -I. -Icompat -I/usr/include/python2.7"
# shellcheck disable=SC2046
build() { gcc $flags $(pkg-config --cflags gimp-2.0 gimpui-2.0 gegl-0.4) -o "$@" $(pkg-config --libs gimp-2.0 gimpui-2.0 gegl-0.4); }
build gimp.so gimpmodule.c pygimp-{item,display,drawable,image,parasite,pdb,tile,vectors}.c &
build _gimpenums.so gimpenumsmodule.c
build gimpcolor.so gimpcolormodule.c pygimp-colors.c
wait %1

mkdir -p "$modules"
cp -a "$stage"/modules/gi "$modules/"
cp -a ./*.so gimpenums.py gimpfu.py gimpplugin.py gimpshelf.py "$modules/"
# GIMP's modules ask this one for a version before they load PyGObject.
printf 'def require(version):\n    pass\n' >"$modules/pygtk.py"

folder=${modules%/python}
install -D -m 755 plug-ins/python-eval.py "$folder/plug-ins/python-eval/python-eval.py"
mkdir -p "$folder/environ" "$folder/interpreters"
echo ": PYTHONPATH=\${gimp_plug_in_dir}/python" >"$folder/environ/pygimp.env"
cat >"$folder/interpreters/pygimp.interp" <<'END'
python=/usr/bin/python2.7
python2=/usr/bin/python2.7
/usr/bin/python=/usr/bin/python2.7
:Python:E::py::python2.7:
END
