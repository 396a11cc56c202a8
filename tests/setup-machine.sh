#!/usr/bin/env bash
# Installs from Debian's packages what the suite needs and the machine lacks: Chromium, a Chinese font, PostgreSQL, LibreOffice.
set -euo pipefail

missing=()
command -v chromium >/dev/null || missing+=(chromium)
# Writer alone also brings soffice; the result workbook needs Calc
{ command -v soffice && compgen -G '/usr/lib*/libreoffice/program/libsclo.so'; } >/dev/null ||
  missing+=(libreoffice-writer-nogui libreoffice-calc-nogui)
fc-list 2>/dev/null | grep -i 'CJK' >/dev/null || missing+=(fontconfig fonts-noto-cjk)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
[ ${#missing[@]} -eq 0 ] && exit 0

echo "安装测试需要的系统软件：${missing[*]}"
run() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
run apt-get update -qq
DEBIAN_FRONTEND=noninteractive run apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
