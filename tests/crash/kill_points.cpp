// SPDX-License-Identifier: Apache-2.0
#include "tests/crash/kill_points.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

#include "tests/crash/read_only.hpp"

namespace pipeline::test {
namespace {

constexpr std::size_t kMaxInstructions = 1 << 20;
constexpr long long kTrapFlag = 0x100;
constexpr std::uint8_t kBreakpoint = 0xcc;
constexpr int kTooLong = 4;
constexpr int kOtherFault = 5;

// Shared by the parent and all that it forks.
struct Log {
    std::uint64_t count;
    KillPoint points[kMaxInstructions];
};

// What the signal handlers of the stepping process need. Nothing here is shared but the log.
struct Stepping {
    Log* log = nullptr;
    std::vector<std::span<std::byte>> windows;
    std::vector<std::byte> before;  // the image as the last change left it
    std::uint64_t changes = 0;
    KillPoint kill{};
    pid_t pid = 0;
    bool near = false;      // shared memory is as it is at the point
    bool stepping = false;  // because no breakpoint can be planted there
} now;

// True if the windows differ from what they were; takes over what they are. Byte by byte, without memcmp and
// memcpy: a breakpoint may lie in these.
bool has_changed() noexcept {
    bool changed = false;
    volatile std::byte* kept = now.before.data();
    for (const auto window : now.windows) {
        for (const volatile std::byte& seen : window) {
            const std::byte byte = seen;
            if (*kept != byte) {
                *kept = byte;
                changed = true;
            }
            kept = kept + 1;
        }
    }
    return changed;
}

void handle(int signal, void (*handler)(int, siginfo_t*, void*) noexcept) noexcept {
    struct sigaction action {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO;
    ::sigaction(signal, &action, nullptr);
}

void set_trap_flag() noexcept {
    asm volatile("pushfq\n\torq $0x100, (%%rsp)\n\tpopfq" ::: "memory", "cc");
}
void clear_trap_flag() noexcept {
    asm volatile("pushfq\n\tandq $~0x100, (%%rsp)\n\tpopfq" ::: "memory", "cc");
}

// Of the instruction that comes next.
std::uint64_t address_in(void* context) noexcept {
    return static_cast<std::uint64_t>(static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP]);
}

void note_step(int, siginfo_t*, void* context) noexcept {
    if (now.log->count == kMaxInstructions) ::_exit(kTooLong);
    if (has_changed()) ++now.changes;
    now.log->points[now.log->count++] = {now.changes, address_in(context)};
}

void on_store(int, siginfo_t* info, void* context) noexcept {
    if (!ReadOnly::covers(info->si_addr)) ::_exit(kOtherFault);
    ReadOnly::allow_stores();
    static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_EFL] |= kTrapFlag;
}

[[noreturn]] void die() noexcept {
    ReadOnly::allow_stores();  // the kernel must be able to mark the locks
    ::kill(now.pid, SIGKILL);  // not getpid(): a breakpoint may lie there
    ::_exit(kOtherFault);
}

// Replaces the instruction at the point by a breakpoint, in this process alone. Where that cannot be done the
// point is not passed.
void plant_breakpoint() noexcept {
    auto* const instruction = reinterpret_cast<std::uint8_t*>(now.kill.address);
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    auto* const first = reinterpret_cast<void*>(now.kill.address / page * page);
    now.near = true;
    now.stepping = ::mprotect(first, page, PROT_READ | PROT_WRITE | PROT_EXEC) != 0;
    if (!now.stepping) *instruction = kBreakpoint;
}

// After a store that was let through, at the breakpoint, or at each instruction on the way to the point.
void after_instruction(int, siginfo_t*, void* context) noexcept {
    const std::uint64_t address = address_in(context);
    if (now.near && address == now.kill.address + 1 && !now.stepping) die();
    if (has_changed()) {
        ++now.changes;
        if (now.near) ::_exit(0);  // it went another way
    }
    if (now.changes == now.kill.changes) {
        if (address == now.kill.address) die();
        if (!now.near) plant_breakpoint();
    }
    ReadOnly::forbid_stores();
    if (!now.stepping) static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_EFL] &= ~kTrapFlag;
}

void prepare(World& world) {
    now.windows = world.windows();
    now.before = world.image();
    if (now.log != nullptr) return;
    void* memory = ::mmap(nullptr, sizeof(Log), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("no shared memory");
    now.log = static_cast<Log*>(memory);
}

int wait_for_end(pid_t pid) {
    int status = 0;
    if (::waitpid(pid, &status, 0) != pid) throw std::runtime_error("waitpid failed");
    return status;
}

}  // namespace

KillPoints find_kill_points(World& world, const std::function<void()>& action) {
    prepare(world);
    now.log->count = 0;
    const pid_t pid = ::fork();
    if (pid < 0) throw std::runtime_error("fork failed");
    if (pid == 0) {
        handle(SIGTRAP, &note_step);
        set_trap_flag();
        action();
        clear_trap_flag();
        ::_exit(0);
    }
    if (const int status = wait_for_end(pid); status != 0) {
        throw std::runtime_error("the stepped process ended with wait status " + std::to_string(status));
    }
    world.restore(now.before);
    KillPoints found;
    found.instructions = now.log->count;
    found.points.insert(now.log->points, now.log->points + now.log->count);
    return found;
}

bool kill_at(World& world, const std::function<void()>& action, KillPoint point) {
    prepare(world);
    now.kill = point;
    const pid_t pid = ::fork();
    if (pid < 0) throw std::runtime_error("fork failed");
    if (pid == 0) {
        now.pid = ::getpid();
        handle(SIGSEGV, &on_store);
        handle(SIGTRAP, &after_instruction);
        ReadOnly::forbid_stores(now.windows);
        if (point.changes == 0) plant_breakpoint();
        if (now.stepping) set_trap_flag();
        action();
        ::_exit(0);
    }
    const int status = wait_for_end(pid);
    if (status == 0) return false;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return true;
    throw std::runtime_error("the victim ended by itself, wait status " + std::to_string(status));
}

}  // namespace pipeline::test
