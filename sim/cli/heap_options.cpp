// What the allocator is asked for at its start (jemalloc(3), "TUNING"): memory that the kernel backs with pages of 2
// MiB, since a virtual run touches a few hundred MiB of small objects in no order; and to keep what was freed for a
// minute, large pieces too, since what one block's execution drops the next one wants. docs/performance.md has the
// figures.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "thp:always,dirty_decay_ms:60000,oversize_threshold:0";
}
