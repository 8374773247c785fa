#!/usr/bin/env bash
# Two pods with different identities and one with none ask for a token, each from its own address, with an unmodified Azure
# SDK, offline; then every decision is explained.
#
#   Examples/quickstart.sh
#
# Needs Debian or Ubuntu with the Swift toolchain; Tests/prepare installs the rest. It builds first, unless
# UNDERSTUDY_EXECUTABLE names an executable to use. Everything runs in network and mount namespaces of its own (as root, or
# in a user namespace where the kernel allows them), so the addresses used here, 169.254.169.254 among them, are never seen
# by the host, nor the host's by us. Nothing is left behind but .build and .venv.
set -euo pipefail
cd "$(dirname "$0")/.."
resource=https://vault.azure.net
understudy=${UNDERSTUDY_EXECUTABLE:-.build/debug/understudy}
say() { if [ -t 1 ]; then printf "\n\033[1m%s\033[0m\n" "$*"; else printf "\n%s\n" "$*"; fi; }
stop() { printf '\nquickstart: %s\n' "$*" >&2; exit 1; }

# --- Outside: prepare, build, then start again inside namespaces. ---------------------------------------------------------------
if [ "${1:-}" != --inside ]; then
    Tests/prepare
    if [ "$(id -u)" -eq 0 ] && unshare -nm true 2>/dev/null; then
        separate=(unshare -nm)
    elif unshare -Urnm true 2>/dev/null; then
        separate=(unshare -Urnm)
    else
        stop "this machine lets us make no network namespace. Either run this as root (sudo $0); or allow user namespaces:
  sysctl -w kernel.unprivileged_userns_clone=1                    (older Debian)
  sysctl -w kernel.apparmor_restrict_unprivileged_userns=0        (Ubuntu 23.10 and later)
or, in a container, start it with --privileged, or with --cap-add SYS_ADMIN --cap-add NET_ADMIN --security-opt seccomp=unconfined
--security-opt apparmor=unconfined."
    fi

    if [ -z "${UNDERSTUDY_EXECUTABLE:-}" ]; then
        say "Building understudy (debug; the first build takes some minutes, the next a few seconds)"
        # In the background and waited for, so that whoever ends this script ends the build too.
        swift build --product understudy &
        trap 'kill $! 2>/dev/null; wait; exit 130' INT
        trap 'kill $! 2>/dev/null; wait; exit 143' TERM HUP
        wait $! || stop "swift build failed; what it printed says why"
        trap - INT TERM HUP
    fi
    [ -x "$understudy" ] || stop "there is no executable $understudy (UNDERSTUDY_EXECUTABLE)"

    exec "${separate[@]}" bash Examples/quickstart.sh --inside
fi

# --- Inside. The namespaces vanish with their last process; what is ours to end is ended here, however this script ends. --------
work=$(mktemp -d)
server='' askers=()
clean_up() {
    trap - EXIT INT TERM HUP
    for process in ${askers[@]+"${askers[@]}"} $server; do kill "$process" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# A bridge as on a node, and a namespace per pod behind it. The bridge answers for 169.254.169.254, so a pod reaches it with
# its own source address, which is all that a pod's identity hangs on.
mount -t tmpfs none /run
mkdir /run/netns
ip link set lo up
ip link add cni0 type bridge || stop "this kernel gives us no bridge. As root, run:  modprobe -a bridge veth"
ip addr add 10.77.0.1/24 dev cni0
ip addr add 169.254.169.254/32 dev cni0
ip link set cni0 up
add_pod() { # name, address
    ip netns add "$1"
    ip link add "to-$1" type veth peer name eth0 netns "$1"
    ip link set "to-$1" master cni0 up
    nsenter --net="/run/netns/$1" sh -e -c "
        ip link set lo up
        ip addr add $2/24 dev eth0
        ip link set eth0 up
        ip route add default via 10.77.0.1"
}
add_pod orders 10.77.0.11
add_pod billing 10.77.0.12
add_pod stranger 10.77.0.13

say "Serving Examples/quickstart: two identities with their bindings, a node, three pods"
"$understudy" serve Examples/quickstart --metadata 169.254.169.254:80 --authority 127.0.0.1:8443 --control 127.0.0.1:8181 \
    --node-metadata none --state "$work/state" --announce json >"$work/ready.json" 2>"$work/log.txt" &
server=$!
for _ in $(seq 100); do
    [ -s "$work/ready.json" ] && break
    kill -0 "$server" 2>/dev/null || { cat "$work/log.txt" >&2; stop "the server ended before it was ready"; }
    sleep 0.1
done
[ -s "$work/ready.json" ] || { cat "$work/log.txt" >&2; stop "the server was not ready within 10 s"; }
cat "$work/ready.json"
announced() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$work/ready.json" "$1"; }
authority=$(announced authority) ca_file=$(announced caFile) control=$(announced control)

say "Each pod asks for $resource with azure-identity's ManagedIdentityCredential() and no configuration at all"
# `env -i`: not even the variables of the caller's shell reach the pod.
for pod in orders billing stranger; do
    # `exec`, so that the process we know by its id is the asker itself.
    (exec nsenter --net="/run/netns/$pod" env -i PATH="$PATH" .venv/bin/python Examples/quickstart/ask.py "$resource") \
        >"$work/$pod.json" 2>"$work/$pod.err" &
    askers+=($!)
done
echo "The third has no identity, and the SDK asks six times before it believes a 404: about 25 s."
pods=(orders billing stranger) addresses=(10.77.0.11 10.77.0.12 10.77.0.13)
for index in 0 1 2; do
    pod=${pods[index]} address=${addresses[index]}
    while kill -0 "${askers[index]}" 2>/dev/null; do
        printf '.'
        sleep 1
    done
    wait "${askers[index]}" || stop "asking as pod $pod failed: $(cat "$work/$pod.err")"
    say "pod default/$pod ($address)"
    env -i PATH="$PATH" .venv/bin/python Examples/quickstart/show.py "$authority" "$ca_file" "$resource" <"$work/$pod.json"
    echo "  why (understudy explain --address $address):"
    # 1 says "no identity", which is what the third pod is here to show.
    "$understudy" explain --address "$address" --resource "$resource" --control "$control" >"$work/why.txt" || [ $? -eq 1 ] \
        || stop "understudy explain failed: $(cat "$work/why.txt")"
    sed 's/^/    /' "$work/why.txt"
done

say "The journal has every decision; here the last one of each pod (understudy decisions --pod default/NAME --limit 1)"
for pod in "${pods[@]}"; do
    "$understudy" decisions --control "$control" --pod "default/$pod" --limit 1
done

say "That was it. To look around yourself, serve the same world on loopback:"
echo "  $understudy serve Examples/quickstart"
echo "  $understudy explain --pod default/orders        (in another terminal)"
