// SPDX-License-Identifier: Apache-2.0
#include "tests/crash/store_tracer.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>

namespace pipeline::test {
namespace {

constexpr std::size_t kMaxStores = 2000;
constexpr long long kTrapFlag = 0x100;
constexpr int kTooManyStores = 4;
constexpr int kOtherFault = 5;

// What the signal handlers need; set before the handlers are installed.
struct Tracing {
    std::vector<std::span<std::byte>> windows;
    std::vector<std::span<std::byte>> pages;
    std::byte* log = nullptr;  // shared with the parent: a count, then images
    std::size_t image_bytes = 0;
} tracing;

std::uint64_t& logged() {
    return *reinterpret_cast<std::uint64_t*>(tracing.log);
}
std::byte* logged_image(std::uint64_t i) {
    return tracing.log + sizeof(std::uint64_t) + i * tracing.image_bytes;
}

void protect(int protection) noexcept {
    for (const auto pages : tracing.pages) {
        if (::mprotect(pages.data(), pages.size(), protection) != 0) ::_exit(kOtherFault);
    }
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
    const auto* address = static_cast<std::byte*>(info->si_addr);
    bool ours = false;
    for (const auto pages : tracing.pages)
        ours = ours || (address >= pages.data() && address < pages.data() + pages.size());
    if (!ours) ::_exit(kOtherFault);
    protect(PROT_READ | PROT_WRITE);
    static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_EFL] |= kTrapFlag;
}

void after_store(int, siginfo_t*, void* context) noexcept {
    static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_EFL] &= ~kTrapFlag;
    log_image();
    protect(PROT_READ);
}

void handle(int signal, void (*handler)(int, siginfo_t*, void*) noexcept) noexcept {
    struct sigaction action {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO;
    ::sigaction(signal, &action, nullptr);
}

std::vector<std::span<std::byte>> pages_of(const std::vector<std::span<std::byte>>& windows) {
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    std::vector<std::span<std::byte>> found;
    for (const auto window : windows) {
        const auto first = reinterpret_cast<std::uintptr_t>(window.data()) / page * page;
        const auto end =
            (reinterpret_cast<std::uintptr_t>(window.data() + window.size()) + page - 1) / page * page;
        found.emplace_back(reinterpret_cast<std::byte*>(first), end - first);
    }
    return found;
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
    tracing.pages = pages_of(tracing.windows);
    logged() = 0;
    const pid_t pid = ::fork();
    if (pid < 0) throw std::runtime_error("fork failed");
    if (pid == 0) {
        log_image();
        handle(SIGSEGV, &on_store);
        handle(SIGTRAP, &after_store);
        protect(PROT_READ);
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
