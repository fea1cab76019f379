// A heap on huge pages, for a run in virtual time.
#pragma once

namespace bsn {

// Makes malloc take the next 256 MiB from memory that the kernel may back with 2 MiB pages, and keep what is freed. A
// virtual run touches some tens of MiB of small objects in no order: with pages of 4 KiB, a third of its time goes into
// page faults and address look-ups. Costs no memory until it is touched. Call before much is allocated, on the only
// thread. Without effect where the kernel says no.
void use_huge_heap();

}  // namespace bsn
