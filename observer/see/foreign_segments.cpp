// SPDX-License-Identifier: Apache-2.0
#include "observer/see/foreign_segments.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <vector>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/core/segments/segment_header.hpp"
#include "common/shm/segment_path.hpp"

namespace pipeline {
namespace {

std::atomic<std::uint64_t> cuts{0};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
std::uintptr_t page_bytes = 4096;

// The handler of SIGBUS. It makes only async-signal-safe calls. It maps a page of zeros in the place of the
// missing one. The kernel then repeats the access, which succeeds.
void replace_page(int signal, siginfo_t* info, void* /*context*/) noexcept {
    auto* const byte = static_cast<char*>(info->si_addr);
    char* const page = byte - (reinterpret_cast<std::uintptr_t>(byte) & (page_bytes - 1));
    const bool is_cut = info->si_code == BUS_ADRERR;
    if (is_cut && ::mmap(page, page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                         -1, 0) != MAP_FAILED) {
        cuts.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    ::signal(signal, SIG_DFL);  // the access is repeated after the return, and ends the process
}

std::string user_text(uid_t user) {
    std::vector<char> texts(16'384);
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(user, &entry, texts.data(), texts.size(), &found) != 0 || found == nullptr)
        return fmt::format("user {}", user);
    return fmt::format("user {} ({})", user, printable(found->pw_name));
}

}  // namespace

std::optional<std::string> foreign_owner(const std::string& name) {
    struct stat status {};
    if (::lstat(segment_path(ring_name(name)).c_str(), &status) != 0) return std::nullopt;
    if (::geteuid() != 0 || status.st_uid == 0) return std::nullopt;
    return user_text(status.st_uid);
}

void survive_cuts() noexcept {
    page_bytes = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    struct sigaction action {};
    action.sa_sigaction = replace_page;
    action.sa_flags = SA_SIGINFO;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(SIGBUS, &action, nullptr);
}

std::uint64_t cut_pages() noexcept {
    return cuts.load(std::memory_order_relaxed);
}

void require_no_cuts_since(std::uint64_t before, const std::string& name) {
    if (cut_pages() == before) return;
    throw Failure(ExitStatus::Configuration,
                  fmt::format("segment {} or {} was cut while it was looked at: its owner is changing it",
                              segment_path(ring_name(name)), segment_path(storage_name(name))));
}

}  // namespace pipeline
