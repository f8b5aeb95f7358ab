#!/bin/sh
# get-source.sh PACKAGE FOLDER [SUITE]
#
# Unpacks the source package PACKAGE of SUITE (this machine's own release, unless another one is named) into FOLDER/PACKAGE, from the
# mirror this machine is already set up for, and prints its version.
#
# The system's apt configuration, package lists and installed packages are left
# as they are: lists, caches and the sources list live in a temporary folder.
# What is downloaded is checked by apt itself: the release file against the
# archive's key, the Sources index against the release file, the source files
# against the Sources index. Nothing unauthenticated is accepted.
# Works as root or as any other user. Needs apt-get and dpkg-source.
#
# Environment:
#   KEEP_TMP=1     leave the temporary folder behind, for looking into
set -eu

die() { printf 'get-source: %s\n' "$*" >&2; exit 1; }

if [ $# -lt 2 ] || [ $# -gt 3 ]; then echo "usage: get-source.sh PACKAGE FOLDER [SUITE]" >&2; exit 2; fi
package=$1 folder=$2

# ---- which distribution, which suite ----------------------------------------
[ -r /etc/os-release ] || die "no /etc/os-release"
# shellcheck disable=SC1091
. /etc/os-release
case " ${ID:-} ${ID_LIKE:-} " in
  *" ubuntu "*) family=ubuntu; names="${UBUNTU_CODENAME:-} ${VERSION_CODENAME:-}"; comps="main universe"
                keyring=/usr/share/keyrings/ubuntu-archive-keyring.gpg ;;
  *" debian "*) family=debian; names="${DEBIAN_CODENAME:-} ${VERSION_CODENAME:-}"; comps="main"
                keyring=/usr/share/keyrings/debian-archive-keyring.gpg
                [ -r "$keyring" ] || keyring=/usr/share/keyrings/debian-archive-keyring.pgp ;;
  *) die "neither Debian nor Ubuntu, nor derived from them: $ID" ;;
esac
suite=${3:-${UBUNTU_CODENAME:-${DEBIAN_CODENAME:-${VERSION_CODENAME:-stable}}}}
names="$names stable oldstable testing unstable sid"

T=$(mktemp -d "${TMPDIR:-/tmp}/get-source.XXXXXX")
if [ "${KEEP_TMP:-}" = 1 ]; then printf 'get-source: temporary folder: %s\n' "$T" >&2; else trap 'rm -rf "$T"' EXIT; trap 'exit 130' INT TERM; fi
chmod 755 "$T"   # apt's own download user must be able to enter
mkdir -p "$T/etc" "$T/state/lists/partial" "$T/cache/archives/partial" "$T/src" "$folder"

# ---- the mirror and the key, from the machine's own sources ------------------
# Every usable entry as:  URI <tab> suite <tab> signed-by   (one line per pair)
eval "$(apt-config shell LIST Dir::Etc::sourcelist/f PARTS Dir::Etc::sourceparts/d)"
: > "$T/entries"

# one-line format: deb [ option=value ... ] URI suite component ...
one_line() {
  awk '
    { sub(/#.*/, "") }
    $1 == "deb" || $1 == "deb-src" {
      line = $0; opts = ""
      if (match(line, /\[[^]]*\]/)) { opts = substr(line, RSTART + 1, RLENGTH - 2); line = substr(line, 1, RSTART - 1) " " substr(line, RSTART + RLENGTH) }
      n = split(line, f, " "); if (n < 3) next
      key = ""; m = split(opts, o, " ")
      for (i = 1; i <= m; i++) if (tolower(o[i]) ~ /^signed-by=/) { key = o[i]; sub(/^[^=]*=/, "", key) }
      printf "%s\t%s\t%s\n", f[2], f[3], key
    }' "$1"
}
# deb822 format: stanzas of Field: value, lists over several lines; a key may
# stand in the stanza itself, and is then kept in a file of ours.
deb822() {
  awk -v keydir="$T/etc" '
    function flush(  i, j, nu, ns, u, s, key) {
      if (v["types"] ~ /(^|[ \t\n])deb(-src)?([ \t\n]|$)/ && tolower(v["enabled"]) !~ /^[ \t]*(no|false|0|off|without|disable)/) {
        key = v["signed-by"]; gsub(/^[ \t\n]+|[ \t\n]+$/, "", key)
        if (key ~ /BEGIN PGP/) {
          file = keydir "/inline-" ++inl ".asc"
          gsub(/\n[ \t]*\.[ \t]*\n/, "\n\n", key); gsub(/\n[ \t]+/, "\n", key)
          print key > file; close(file); key = file
        } else gsub(/[ \t\n]+/, ",", key)
        nu = split(v["uris"], u, /[ \t\n]+/); ns = split(v["suites"], s, /[ \t\n]+/)
        for (i = 1; i <= nu; i++) for (j = 1; j <= ns; j++) if (u[i] != "" && s[j] != "") printf "%s\t%s\t%s\n", u[i], s[j], key
      }
      delete v
    }
    /^#/ { next }
    /^[ \t]*$/ { flush(); next }
    /^[ \t]/ { v[f] = v[f] "\n" $0; next }
    { f = tolower($0); sub(/[ \t]*:.*/, "", f); x = $0; sub(/^[^:]*:[ \t]*/, "", x); v[f] = x }
    END { flush() }' "$1"
}
[ -n "${LIST:-}" ] && [ -r "$LIST" ] && one_line "$LIST" >> "$T/entries"
if [ -n "${PARTS:-}" ] && [ -d "$PARTS" ]; then
  for file in "$PARTS"/*.list;    do [ -r "$file" ] && one_line "$file" >> "$T/entries"; done
  for file in "$PARTS"/*.sources; do [ -r "$file" ] && deb822   "$file" >> "$T/entries"; done
fi

# The archive is the first entry for exactly this release (not its -updates,
# -security or -backports): other vendors' entries name other suites, or the
# same suite at an address that has no Debian main archive - so each candidate
# is tried until apt-get update accepts one.
uri= ; key=
cat > "$T/etc/apt.conf" <<CONF
Dir::Etc::sourcelist "$T/etc/sources.list";
Dir::Etc::sourceparts "-";
Dir::State "$T/state";
Dir::State::status "/var/lib/dpkg/status";
Dir::State::lists "$T/state/lists";
Dir::Cache "$T/cache";
APT::Default-Release "";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
CONF
apt() { apt-get -q -c "$T/etc/apt.conf" "$@"; }   # -c is read after the system's own settings (proxy and so on), which stay in force
ok=
for name in $names; do
  awk -F '\t' -v n="$name" '$2 == n && !seen[$1]++' "$T/entries" > "$T/candidates"
  while IFS="$(printf '\t')" read -r uri _ key; do
    opt=
    if   [ -n "$key" ]; then opt="[signed-by=$key] "
    elif [ -r "$keyring" ]; then opt="[signed-by=$keyring] "
    fi   # else: apt's trusted keys, as for the entry this comes from
    printf 'deb-src %s%s %s %s\n' "$opt" "$uri" "$suite" "$comps" > "$T/etc/sources.list"
    if apt update > "$T/update.log" 2>&1; then ok=1; break; fi
    # the entry's own key may be too old for the newer suite, the keyring package's not
    if [ -n "$key" ] && [ "$key" != "$keyring" ] && [ -r "$keyring" ]; then
      printf 'deb-src [signed-by=%s] %s %s %s\n' "$keyring" "$uri" "$suite" "$comps" > "$T/etc/sources.list"
      if apt update > "$T/update.log" 2>&1; then ok=1; break; fi
    fi
  done < "$T/candidates"
  [ -z "$ok" ] || break
done
if [ -z "$ok" ]; then
  [ -s "$T/update.log" ] && tail -n 5 "$T/update.log" >&2
  die "could not read suite '$suite' from this machine's $family mirror (entries looked for in its apt sources: $names)"
fi

# ---- fetch and unpack --------------------------------------------------------
( cd "$T/src" && apt source --download-only "$package" ) > "$T/source.log" 2>&1 || { tail -n 5 "$T/source.log" >&2; die "apt-get source failed"; }
dsc=$(ls "$T"/src/*.dsc)
# the files were checked by apt; the maintainer's own signature on the .dsc is not asked for
dpkg-source --no-check -x "$dsc" "$folder/$package" > "$T/unpack.log" 2>&1 || { tail -n 5 "$T/unpack.log" >&2; die "dpkg-source failed"; }
sed -n 's/^Version: //p' "$dsc" | head -n 1
