#include "sim/live/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>
#include <fstream>
#include <sstream>
#include <utility>

extern char** environ;

namespace bsn {
namespace {

Error failure(const std::string& what, int error) { return {ErrorCode::io, what + ": " + std::strerror(error)}; }

// posix_spawn's file actions: standard output into the pipe, standard error into the log, standard input from nowhere.
class FileActions {
 public:
  FileActions(int output, const std::string& log_path) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  }
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

class Attributes {
 public:
  explicit Attributes(pid_t group) {
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setpgroup(&attributes_, group);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

std::vector<char*> argument_list(const ProcessOptions& options) {
  std::vector<char*> list{const_cast<char*>(options.executable.c_str())};
  for (const std::string& argument : options.arguments) {
    list.push_back(const_cast<char*>(argument.c_str()));
  }
  list.push_back(nullptr);
  return list;
}

}  // namespace

std::string describe_exit(int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    const int number = WTERMSIG(wait_status);
    return "killed by signal " + std::to_string(number) + " (" + strsignal(number) + ")";
  }
  return "exited with status " + std::to_string(WEXITSTATUS(wait_status));
}

std::string tail_of(const std::string& path, int lines) {
  std::ifstream file(path);
  std::deque<std::string> last;
  for (std::string line; std::getline(file, line);) {
    last.push_back(std::move(line));
    if (last.size() > static_cast<std::size_t>(lines)) last.pop_front();
  }
  std::string text;
  for (const std::string& line : last) text += "  " + line + "\n";
  return text;
}

std::uint64_t process_started(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  if (pid <= 0 || !std::getline(file, text)) return 0;
  // The name in parentheses may hold anything; the fields behind the last ')' start with number 3.
  const std::size_t behind_name = text.rfind(')');
  if (behind_name == std::string::npos) return 0;
  std::istringstream fields(text.substr(behind_name + 1));
  std::string field;
  fields >> field;
  if (field == "Z") return 0;  // ended, not yet reaped
  for (int number = 4; number <= 21; ++number) fields >> field;
  std::uint64_t started = 0;
  fields >> started;
  return started;
}

Process Process::adopt(pid_t pid, std::uint64_t started) {
  Process process;
  if (started == 0 || process_started(pid) != started) return process;
  process.pid_ = pid;
  process.adopted_ = started;
  return process;
}

Result<Process> Process::start(const ProcessOptions& options) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return failure("no pipe for a child", errno);
  const FileActions actions(ends[1], options.log_path);
  const Attributes attributes(options.process_group);
  const std::vector<char*> arguments = argument_list(options);
  Process process;
  const int error = posix_spawn(&process.pid_, options.executable.c_str(), actions.get(), attributes.get(),
                                arguments.data(), environ);
  close(ends[1]);
  process.output_ = ends[0];
  if (error != 0) {
    process.pid_ = -1;
    return failure("can't start " + options.executable, error);
  }
  fcntl(process.output_, F_SETFL, O_NONBLOCK);
  return process;
}

Process::Process(Process&& other) noexcept { *this = std::move(other); }

Process& Process::operator=(Process&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(output_, other.output_);
  std::swap(text_, other.text_);
  std::swap(status_, other.status_);
  std::swap(adopted_, other.adopted_);
  return *this;
}

Process::~Process() {
  if (output_ >= 0) close(output_);
}

std::optional<std::string> Process::first_line() {
  constexpr std::size_t most_text = 16 * 1024;  // the announcement is one line; more is not read
  std::array<char, 512> part{};
  while (output_ >= 0 && text_.size() < most_text) {
    const ssize_t count = read(output_, part.data(), part.size());
    if (count <= 0) break;
    text_.append(part.data(), static_cast<std::size_t>(count));
  }
  const std::size_t end = text_.find('\n');
  if (end == std::string::npos) return std::nullopt;
  return text_.substr(0, end);
}

bool Process::running() {
  if (pid_ < 0 || status_) return false;
  if (adopted_ != 0) return process_started(pid_) == adopted_;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) == pid_) status_ = status;
  return !status_;
}

void Process::signal(int number) const {
  if (pid_ > 0 && !status_ && (adopted_ == 0 || process_started(pid_) == adopted_)) ::kill(pid_, number);
}

bool Process::wait_until(std::chrono::steady_clock::time_point deadline) {
  if (!running()) return true;
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  if (handle < 0) return !running();
  pollfd watched{handle, POLLIN, 0};
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  poll(&watched, 1, static_cast<int>(std::max<long>(0, left.count()) + 1));
  close(handle);
  return !running();
}

}  // namespace bsn
