// SPDX-License-Identifier: Apache-2.0
// A program as a user might write it, and as nobody should: what it does with an invoice is what the first
// word of the id says, the rest makes the id unique.
//
//     answerer                 answers requests on standard input (--process exec:)
//     answerer early           the same, after one answer too many at the beginning
//     answerer stubborn        the same, and does not end at the end of its input, nor by SIGTERM
//     answerer each ID ATTEMPT [MARK]   processes one invoice and exits (--process each:)
//
//     reject, fail        says so                     json        answers with all that an answer can hold
//     abort, segv         dies by that signal         exit        exits with status 3
//     hang                sleeps for ever             deaf        the same, without heeding SIGTERM
//     regroup             the same in the process group of its consumer
//     kill-parent         kills its parent            once PATH   aborts, unless PATH is there; makes it
//     garbage             says what is no answer      long        says a line of a million bytes
//     trickle             says a byte now and then, and never a whole line
//     twice               answers twice               wrong-id    answers for another invoice
//     close               closes its output and sleeps      close-input     closes its input and sleeps
//     grandchild          starts a process that keeps its streams, answers and exits
//     daemon              starts a process in a session of its own, and answers
//     flood               writes a gigabyte to standard error, and answers
//     say                 writes a line to standard error and dies
//     memory              takes 256 MiB; fails if it does not get them
//     look                says what it sees of the process it is      pid    says its process id
//     sleep               takes 20 ms
//     later, never        (each) exits with 75 until the third attempt, or always
//     data, silent        (each) exits with 65 and a reason, or without
//
// Anything else is booked.
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace {

void say(const std::string& text) {
    const char* rest = text.data();
    for (std::size_t left = text.size(); left > 0;) {
        const ssize_t written = ::write(1, rest, left);
        if (written < 0) ::_exit(1);
        rest += written;
        left -= static_cast<std::size_t>(written);
    }
}

[[noreturn]] void sleep_for_ever() {
    while (true) ::pause();
}

void start_sleeper(bool in_own_session) {
    if (::fork() != 0) return;
    if (in_own_session) {
        ::setsid();
        if (::fork() != 0) ::_exit(0);
    }
    sleep_for_ever();
}

void flood() {
    const std::string lines = [] {
        std::string text;
        while (text.size() < 65'536) text += "a line that nobody wants to read\n";
        return text;
    }();
    for (std::size_t written = 0; written < (std::size_t{1} << 30U);) {
        const ssize_t bytes = ::write(2, lines.data(), lines.size());
        if (bytes > 0) written += static_cast<std::size_t>(bytes);
    }
    std::fputs("the end of the flood\n", stderr);
}

std::string field(const std::string& file, const std::string& name) {
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind(name, 0) == 0) return line.substr(line.find_last_of(" \t") + 1);
    }
    return "?";
}

// Descriptors, whether the segments are mapped, its process group, blocked and ignored signals.
std::string look() {
    std::string text = "fds";
    DIR* directory = ::opendir("/proc/self/fd");
    while (const dirent* entry = ::readdir(directory)) {
        if (entry->d_name[0] != '.' && std::atoi(entry->d_name) != ::dirfd(directory))
            text += std::string(" ") + entry->d_name;
    }
    ::closedir(directory);
    std::ifstream maps("/proc/self/maps");
    bool mapped = false;
    for (std::string line; std::getline(maps, line);)
        mapped = mapped || line.find("/dev/shm/") != std::string::npos;
    text += mapped ? ", shared memory mapped" : ", no shared memory";
    text += ::getpgrp() == ::getpid() ? ", own group" : ", foreign group";
    text += ", blocked " + field("/proc/self/status", "SigBlk:");
    text += ", ignored " + field("/proc/self/status", "SigIgn:");
    return text;
}

bool has_memory() {
    constexpr std::size_t kBytes = std::size_t{256} << 20U;
    void* memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return false;
    ::munmap(memory, kBytes);
    return true;
}

// What does not depend on how it was asked: it dies, hangs, or goes on.
void misbehave(const std::string& word, const std::string& rest) {
    if (word == "abort") std::abort();
    if (word == "segv") ::raise(SIGSEGV);
    if (word == "exit") ::_exit(3);
    if (word == "hang") sleep_for_ever();
    if (word == "deaf") {
        ::signal(SIGTERM, SIG_IGN);
        sleep_for_ever();
    }
    if (word == "regroup") {
        ::setpgid(0, ::getpgid(::getppid()));
        sleep_for_ever();
    }
    if (word == "kill-parent") {
        ::kill(::getppid(), SIGKILL);
        sleep_for_ever();
    }
    if (word == "once") {
        const int marker = ::open(rest.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
        if (marker >= 0) std::abort();
    }
    if (word == "say") {
        std::fputs("the first line\nthe sum is missing\n", stderr);
        ::_exit(4);
    }
    if (word == "flood") flood();
    if (word == "daemon") start_sleeper(true);
    if (word == "sleep") ::usleep(20'000);
}

void answer(const std::string& id) {
    const auto space = id.find(' ');
    const std::string word = id.substr(0, space);
    misbehave(word, space == std::string::npos ? "" : id.substr(space + 1));
    if (word == "reject") return say("rejected the net is wrong\n");
    if (word == "fail") return say("failed the file is not there\n");
    if (word == "garbage") return say("good morning\n");
    if (word == "trickle") {
        for (;; ::usleep(20'000)) say("b");
    }
    if (word == "long") return say(std::string(1'000'000, 'x') + "\n");
    if (word == "twice") return say("booked\nbooked\n");
    if (word == "wrong-id") return say("{\"status\": \"booked\", \"id\": \"another\"}\n");
    if (word == "memory") return say(has_memory() ? "booked\n" : "failed out of memory\n");
    if (word == "look") return say("rejected " + look() + "\n");
    if (word == "pid") return say("rejected " + std::to_string(::getpid()) + "\n");
    if (word == "json") {
        return say(
            "{\"id\": \"" + id +
            "\", \"status\": \"rejected\", \"supplier\": \"Caf\\u00e9 \\\"Zum Eck\\\"\", "
            "\"currency\": \"EUR\", \"net\": \"100.00\", \"tax\": 19.00, \"gross\": 119, \"due\": -0.5, "
            "\"reason\": \"BR-CO-16\", \"lines\": [{\"net\": 1}]}\n");
    }
    if (word == "close") {
        ::close(1);
        sleep_for_ever();
    }
    if (word == "close-input") {
        ::close(0);
        sleep_for_ever();
    }
    if (word == "grandchild") {
        start_sleeper(false);
        say("booked\n");
        ::_exit(0);
    }
    say("booked\n");
}

int process_one(const std::string& id, int attempt) {
    const auto space = id.find(' ');
    const std::string word = id.substr(0, space);
    misbehave(word, space == std::string::npos ? "" : id.substr(space + 1));
    if (word == "later" && attempt < 3) {
        std::fputs("the database does not answer\n", stderr);
        return 75;
    }
    if (word == "never") {
        std::fputs("the database does not answer\n", stderr);
        return 75;
    }
    if (word == "data") {
        std::puts("reading\nthe net is wrong\n");
        return 65;
    }
    if (word == "silent") return 65;
    if (word == "memory") return has_memory() ? 0 : 65;
    if (word == "grandchild") start_sleeper(false);
    if (word == "look") {
        std::puts(look().c_str());
        return 65;
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string mode = argc > 1 ? argv[1] : "";
    if (mode == "each" && argc > 3) return process_one(argv[2], std::atoi(argv[3]));
    if (mode == "early") say("booked\n");
    if (mode == "stubborn") ::signal(SIGTERM, SIG_IGN);
    for (std::string id; std::getline(std::cin, id);) answer(id);
    if (mode == "stubborn") sleep_for_ever();
    return 0;
}
