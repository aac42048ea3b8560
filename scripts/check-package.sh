#!/usr/bin/env bash
# Packs the package without its addon, installs the tarball into an empty project, where it is built, and writes and reads a
# record there.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
tarball=$(cd "$root" && npm pack --ignore-scripts --silent --pack-destination "$folder")
mkdir packed
tar -xzf "$tarball" -C packed
rm packed/package/*.node
tar -czf "$tarball" -C packed package
npm init -y >/dev/null
# The addon is copied from where it is built, also where cargo is told to build elsewhere.
CARGO_TARGET_DIR=$folder/elsewhere npm install --no-audit --no-fund --silent "./$tarball"
cat > try.mjs <<'JS'
import { open } from 'millrace'
const db = await open({ schema: { user: { name: 'string' } } })
const id = await db.create('user', { name: 'Ada' })
console.log('from an installed tarball:', db.get('user', id))
JS
node try.mjs
