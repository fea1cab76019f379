// What every server process of a cluster does in main: log, die with its parent, announce itself, wait for the signal.
#pragma once

#include <string>
#include <vector>

namespace bsn {

// Logs go to standard error, one line per event: time, level, process name, text. Call first.
void set_up_log(const std::string& process_name);

// Keeps a process small among a hundred others: few malloc arenas (each thread of gRPC would get one of its own), and
// free memory goes back early. Call before any thread starts.
void spare_memory();

// Gives what start-up no longer needs back to the system.
void release_free_memory();

// Blocks SIGTERM and SIGINT for this thread and all that are started later, so that wait_for_stop_signal gets them.
// Call before any thread starts. Ignores SIGPIPE and SIGXFSZ: writing to a closed pipe or beyond a size limit is an
// error to handle, not the end.
void block_stop_signals();

// Waits for SIGTERM or SIGINT and returns its number.
int wait_for_stop_signal();

// The kernel sends this process SIGTERM when the thread that started it ends. Exits at once when the parent is gone
// already. Call early in main.
void die_with_parent();

// Prints "listening HOST:PORT" on standard output: what launchers wait for. A process that serves on several addresses
// names all of them in that line.
void announce_address(const std::string& address);
void announce_addresses(const std::vector<std::string>& addresses);

// Logs `message` and ends the process at once, without flushing or freeing anything: for a disk that failed, where
// going on could break a promise.
[[noreturn]] void die(const std::string& message);

}  // namespace bsn
