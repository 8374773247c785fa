#include <linux/sched.h>
#include <sys/syscall.h>
#include <unistd.h>

// setns(2) is declared only for GNU sources, which the C library's module is not built as.
//
// Moves the calling thread, and no other, into the network namespace that `descriptor` stands for; -1 and errno when it cannot.
static inline int understudy_enter_network_namespace(int descriptor) {
    return (int)syscall(SYS_setns, descriptor, CLONE_NEWNET);
}
