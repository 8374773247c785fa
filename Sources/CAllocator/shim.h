#include <malloc.h>
#include <stddef.h>

// malloc_trim(3) and mallopt(3) are in a header that the C library's module does not show, and in glibc alone.
//
// Gives free memory of all arenas back to the system; 1 when there was any.
static inline int understudy_give_back_memory(void) {
#ifdef __GLIBC__
    return malloc_trim(0);
#else
    return 0;
#endif
}

// Maps blocks of at least so many bytes by themselves, whatever was freed before; 1 when the allocator does.
static inline int understudy_keep_large_blocks_apart(ptrdiff_t bytes) {
#ifdef __GLIBC__
    return mallopt(M_MMAP_THRESHOLD, (int)bytes);
#else
    return 0;
#endif
}
