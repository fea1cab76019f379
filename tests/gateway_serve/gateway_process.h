// The program bsn-gateway as a child of a test, from its first line to its end.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

namespace bsn::test {

class GatewayProcess {
 public:
  explicit GatewayProcess(const std::string& folder, const std::string& listen = "127.0.0.1:0",
                          const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {BSN_GATEWAY_BINARY, "--listen", listen,
                                      "--data-dir",       folder,     "--die-with-parent"};
    words.insert(words.end(), more.begin(), more.end());
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    int out[2];
    EXPECT_EQ(pipe(out), 0);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(out[1], STDOUT_FILENO);
      close(out[0]);
      close(out[1]);
      execv(BSN_GATEWAY_BINARY, arguments.data());
      _exit(127);
    }
    close(out[1]);
    FILE* lines = fdopen(out[0], "r");
    char line[256] = "";
    if (fgets(line, sizeof(line), lines)) first_line = line;
    fclose(lines);
  }
  ~GatewayProcess() {
    if (pid_ > 0) kill(pid_, SIGKILL);
    wait();
  }

  void signal(int number) { kill(pid_, number); }

  // Its exit code; -1: ended by a signal, or waited for before.
  int wait() {
    int status = 0;
    if (pid_ <= 0 || waitpid(pid_, &status, 0) != pid_) return -1;
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  std::string address() const { return word(1); }
  std::string http_address() const { return word(2); }  // with --http

  std::string first_line;

 private:
  // Of "listening ADDRESS [ADDRESS]".
  std::string word(std::size_t number) const {
    std::istringstream words(first_line);
    std::string found;
    for (std::size_t i = 0; i <= number; ++i) words >> found;
    return found;
  }

  pid_t pid_ = 0;
};

}  // namespace bsn::test
