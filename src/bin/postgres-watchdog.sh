# Becomes the program given as arguments, and leaves a guard behind that ends it when the pipe on descriptor 3 closes:
# a parent killed with SIGKILL cannot say goodbye, but the kernel closes its pipes.
# The guard is forked twice, so that the program (a postmaster counts its children) has no child it did not start.
# A line on the pipe means that the program has ended by itself and its process id is no longer ours to signal.
(
  {
    cd /
    if read -r ended <&3; then exit 0; fi
    for signal in INT QUIT KILL; do
      kill -s "$signal" $$ || exit 0
      tenths=0
      while [ "$tenths" -lt 20 ]; do
        sleep 0.1
        kill -0 $$ || exit 0
        tenths=$((tenths + 1))
      done
    done
  } </dev/null >/dev/null 2>&1 &
)
exec "$@" 3<&-
