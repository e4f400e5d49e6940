// SPDX-License-Identifier: Apache-2.0
#include "tests/crash/store_tracer.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>

#include "tests/crash/read_only.hpp"

namespace pipeline::test {
namespace {

constexpr std::size_t kMaxStores = 2000;
constexpr long long kTrapFlag = 0x100;
constexpr int kTooManyStores = 4;
constexpr int kOtherFault = 5;

// What the signal handlers need; set before the handlers are installed.
struct Tracing {
    std::vector<std::span<std::byte>> windows;
    std::byte* log = nullptr;  // shared with the parent: a count, then images
    std::size_t image_bytes = 0;
} tracing;

std::uint64_t& logged() {
    return *reinterpret_cast<std::uint64_t*>(tracing.log);
}
std::byte* logged_image(std::uint64_t i) {
    return tracing.log + sizeof(std::uint64_t) + i * tracing.image_bytes;
}

void log_image() noexcept {
    if (logged() == kMaxStores) ::_exit(kTooManyStores);
    std::byte* to = logged_image(logged()++);
    for (const auto window : tracing.windows) {
        std::memcpy(to, window.data(), window.size());
        to += window.size();
    }
}

void on_store(int, siginfo_t* info, void* context) noexcept {
    if (!ReadOnly::covers(info->si_addr)) ::_exit(kOtherFault);
    ReadOnly::allow_stores();
    static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_EFL] |= kTrapFlag;
}

void after_store(int, siginfo_t*, void* context) noexcept {
    static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_EFL] &= ~kTrapFlag;
    log_image();
    ReadOnly::forbid_stores();
}

void handle(int signal, void (*handler)(int, siginfo_t*, void*) noexcept) noexcept {
    struct sigaction action {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO;
    ::sigaction(signal, &action, nullptr);
}

}  // namespace

TracedStores trace_stores(World& world, const std::function<void()>& action) {
    if (tracing.log == nullptr) {
        tracing.image_bytes = world.image().size();
        const std::size_t bytes = sizeof(std::uint64_t) + kMaxStores * tracing.image_bytes;
        void* log = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (log == MAP_FAILED) throw std::runtime_error("no shared memory");
        tracing.log = static_cast<std::byte*>(log);
    }
    tracing.windows = world.windows();
    logged() = 0;
    const pid_t pid = ::fork();
    if (pid < 0) throw std::runtime_error("fork failed");
    if (pid == 0) {
        log_image();
        handle(SIGSEGV, &on_store);
        handle(SIGTRAP, &after_store);
        ReadOnly::forbid_stores(tracing.windows);
        action();
        ::_exit(0);
    }
    int status = 0;
    if (::waitpid(pid, &status, 0) != pid || status != 0) {
        throw std::runtime_error("the traced process ended with wait status " + std::to_string(status));
    }
    TracedStores traced;
    traced.pid = pid;
    for (std::uint64_t i = 0; i < logged(); ++i) {
        traced.images.emplace_back(logged_image(i), logged_image(i) + tracing.image_bytes);
    }
    return traced;
}

}  // namespace pipeline::test
