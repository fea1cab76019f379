// What the allocator is asked for at its start (jemalloc(3), "TUNING"): memory that the kernel backs with pages of 2
// MiB. A virtual run touches a few hundred MiB of small objects in no order: with pages of 4 KiB, a third of its time
// goes into page faults and address look-ups.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "thp:always";
}
