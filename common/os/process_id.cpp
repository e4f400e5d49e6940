// SPDX-License-Identifier: Apache-2.0
#include "common/os/process_id.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <span>
#include <string_view>

#include "common/base/fd.hpp"

namespace pipeline {
namespace {

// Returns the start time, field 22 of /proc/PID/stat (proc(5)); 0 if it is missing.
std::uint64_t start_in(std::string_view stat) noexcept {
    constexpr int kFieldsBetween = 20;  // from the state, which follows the name, to the start time
    // The program's name may itself hold blanks and parentheses. The last parenthesis of the text ends it.
    std::size_t at = stat.rfind(')');
    for (int field = 0; at != std::string_view::npos && field < kFieldsBetween; ++field)
        at = stat.find(' ', at + 1);
    std::uint64_t ticks = 0;
    if (at != std::string_view::npos) std::from_chars(stat.data() + at + 1, stat.data() + stat.size(), ticks);
    return ticks;
}

std::string_view read_into(const char* path, std::span<char> text) noexcept {
    const UniqueFd file(::open(path, O_RDONLY | O_CLOEXEC));
    const ssize_t got = file ? ::read(file.get(), text.data(), text.size()) : -1;
    return {text.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

std::uint64_t start_told_by(const char* path) noexcept {
    std::array<char, 1024> text{};
    return start_in(read_into(path, text));
}

// False if /proc belongs to another pid namespace: there every process, this one included, has another pid.
bool is_proc_ours() noexcept {
    std::array<char, 16> link{};
    const ssize_t length = ::readlink("/proc/self", link.data(), link.size());
    pid_t pid = 0;
    if (length > 0) std::from_chars(link.data(), link.data() + length, pid);
    return pid == ::getpid();
}

}  // namespace

ProcessId ProcessId::of(pid_t pid) noexcept {
    ProcessId process{static_cast<std::uint32_t>(pid), 0};
    if (!is_proc_ours()) return process;
    std::array<char, 32> path{};
    std::snprintf(path.data(), path.size(), "/proc/%d/stat", static_cast<int>(pid));
    process.started_ticks = start_told_by(path.data());
    return process;
}

ProcessId ProcessId::self() noexcept {
    return {static_cast<std::uint32_t>(::getpid()), start_told_by("/proc/self/stat")};
}

bool ProcessId::is_alive() const noexcept {
    if (pid == 0) return false;
    const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0)));
    // ENOENT, or EINVAL on older kernels: the number is a thread's id, not a process's.
    if (!pidfd && (errno == ESRCH || errno == EINVAL || errno == ENOENT)) return false;
    pollfd ended{pidfd.get(), POLLIN, 0};
    if (pidfd && ::poll(&ended, 1, 0) == 1) return false;
    if (started_ticks == 0) return true;
    // Some process has this pid now. Its start time tells whether it is the process that we seek.
    const std::uint64_t now = of(static_cast<pid_t>(pid)).started_ticks;
    return now == 0 || now == started_ticks;
}

bool is_being_killed(pid_t pid) noexcept {
    constexpr std::uint64_t kExiting = 0x4;  // PF_EXITING of the kernel's sched.h
    constexpr std::uint64_t kKill = std::uint64_t{1} << (SIGKILL - 1);
    if (!is_proc_ours()) return false;
    std::array<char, 48> path{};
    std::array<char, 4096> text{};
    std::snprintf(path.data(), path.size(), "/proc/%d/stat", static_cast<int>(pid));
    const std::string_view stat = read_into(path.data(), text);
    // The fields that follow the name: state, ppid, pgrp, session, tty_nr, tpgid, flags (proc(5)).
    std::size_t at = stat.rfind(')');
    if (at == std::string_view::npos) return false;
    if (const auto state = stat.substr(at + 2, 1); state == "Z" || state == "X") return true;
    for (int field = 0; at != std::string_view::npos && field < 7; ++field) at = stat.find(' ', at + 1);
    std::uint64_t flags = 0;
    if (at != std::string_view::npos) std::from_chars(stat.data() + at + 1, stat.data() + stat.size(), flags);
    if ((flags & kExiting) != 0) return true;
    std::snprintf(path.data(), path.size(), "/proc/%d/status", static_cast<int>(pid));
    const std::string_view status = read_into(path.data(), text);
    std::uint64_t pending = 0;
    for (const std::string_view name : {"SigPnd:\t", "ShdPnd:\t"}) {
        const std::size_t found = status.find(name);
        if (found == std::string_view::npos) continue;
        std::uint64_t set = 0;
        std::from_chars(status.data() + found + name.size(), status.data() + status.size(), set, 16);
        pending |= set;
    }
    return (pending & kKill) != 0;
}

std::uint64_t own_pid_namespace() noexcept {
    struct stat status {};
    if (!is_proc_ours()) return 0;
    return ::stat("/proc/self/ns/pid", &status) == 0 ? status.st_ino : 0;
}

}  // namespace pipeline
