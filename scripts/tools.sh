#!/bin/sh
# Installs what the tests need and the machine lacks; only root can.
set -eu
missing=
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
ls /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc >/dev/null 2>&1 || missing="$missing fonts-noto-cjk"
command -v postgres >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
	echo "缺少：$missing；请以 root 安装，否则相应测试将跳过（CI 下视为失败）" >&2
	exit 0
fi
echo "安装：$missing" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >&2
# shellcheck disable=SC2086 — a list of package names
apt-get install -y -qq --no-install-recommends $missing >&2
