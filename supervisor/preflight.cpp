// SPDX-License-Identifier: Apache-2.0
#include "supervisor/preflight.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/base/shortage.hpp"
#include "common/ledger/open/open_ledger.hpp"
#include "common/os/file_identity.hpp"
#include "common/os/program_path.hpp"
#include "common/os/source_lock.hpp"
#include "common/shm/memory_directory.hpp"

namespace pipeline {
namespace {

using Input = SourceTraits::Input;

void make_directory(const std::filesystem::path& path, const char* option) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) {
        throw system_failure(ExitStatus::CannotCreate, "making the directory", path, error.value(),
                             std::string("choose another with ") + option);
    }
}

// Raises the soft limit of open files if it is too low. Each child takes one descriptor of the supervisor;
// kOthers covers the rest (ledger, segments, logs, descriptors that a child opens).
void provide_descriptors(ConsumerRange consumers) {
    constexpr rlim_t kOthers = 32;
    const rlim_t needed = consumers.most + kOthers;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed) return;
    if (limit.rlim_max < needed) {
        throw Failure(
            ExitStatus::CannotCreate,
            fmt::format("--consumers {} takes {} open files, and only {} are allowed; start fewer, or {}",
                        consumers.text(), needed, limit.rlim_max, advice_for_shortage(EMFILE)));
    }
    limit.rlim_cur = needed;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

void check_source(const SourceSpec& source) {
    const char* path = source.path.c_str();
    switch (source.traits().input) {
        case Input::Folder: {
            std::error_code error;
            const bool is_directory = std::filesystem::is_directory(path, error);
            if (!is_directory || ::access(path, R_OK | W_OK | X_OK) != 0) {
                throw system_failure(ExitStatus::NoInput, "the spool", path,
                                     error          ? error.value()
                                     : is_directory ? errno
                                                    : ENOTDIR,
                                     "--source spool:DIR needs a directory that can be read and written");
            }
            return;
        }
        case Input::List:
            if (::access(path, R_OK) != 0) {
                throw system_failure(
                    ExitStatus::NoInput, "the source", path, errno,
                    fmt::format("--source {} needs a file that can be read", source.traits().forms));
            }
            return;
        case Input::Program:
            static_cast<void>(find_program(source.command.front(), process_environment(), "--source"));
            return;
        case Input::StandardInput:
        case Input::None:
            return;
    }
}

FileIdentity identify(const std::filesystem::path& path) {
    const auto seen = look_through(path.c_str());
    if (!seen) throw system_failure(ExitStatus::NoInput, "looking at the source", path, errno);
    return seen->identity;
}

}  // namespace

SegmentsPlan prepare(const Options& options) {
    provide_descriptors(options.consumers);
    make_directory(options.runtime_dir, "--runtime-dir");
    make_directory(options.shm_dir, "--shm-dir");
    if (options.shm_dir != kSharedMemory) require_memory(options.shm_dir);
    const Input input = options.source.traits().input;
    const auto default_spool = options.state_dir / "spool";
    if (input == Input::Folder && options.source.path == default_spool)
        make_directory(default_spool, "--state-dir");
    if (options.ledger.has_file() && options.ledger.path.parent_path() == options.state_dir)
        make_directory(options.state_dir, "--state-dir");
    check_source(options.source);
    if (options.process.is_program())
        static_cast<void>(find_program(options.process.command.front(), process_environment()));
    SegmentsPlan plan;
    plan.ring_capacity = {options.ring_capacity, options.body_capacity};
    plan.storage_capacity = {options.storage_capacity, options.result_capacity};
    plan.source = options.source.name();
    plan.ledger = options.ledger.text();
    plan.ordered = options.source.traits().is_ordered;
    if (input == Input::Folder) plan.source_file = identify(options.source.path);
    plan.from_start = options.from_start;
    if (input == Input::List) {
        if (const auto list = look_through(options.source.path.c_str())) plan.source_file = list->identity;
    }
    return plan;
}

void require_free_source(const Options& options) {
    const SourceSpec& source = options.source;
    const Input input = source.traits().input;
    if (input != Input::Folder && input != Input::List) return;
    require_unlocked_source(source.path, source.name(), kSourceLockPatience);
}

void complete(SegmentsPlan& plan, const Options& options) {
    // Recognise a list by its file's identity only if the file has a birth time. Otherwise recognise the list
    // by its name: a new file may have the inode of an old one.
    const bool is_known_by_file =
        options.source.traits().input == Input::List && plan.source_file.birth_ns != 0;
    const auto ledger = open_ledger(options.ledger);
    plan.ledger_id = ledger->id();
    const auto known = ledger->known(plan.source, is_known_by_file ? plan.source_file.text() : "");
    if (!known) return;
    if (known->source != plan.source) {
        log(LogLevel::Notice, "{} is the list that the ledger knows as {}: it goes on under that name",
            plan.source, known->source);
        plan.source = known->source;
    }
    if (plan.from_start) return;
    if (is_known_by_file && !known->file.empty() && known->file != plan.source_file.text()) {
        log(LogLevel::Notice,
            "{}: another file has this name than the one that was read: its beginning must be "
            "the same",
            plan.source);
    }
    plan.start_position = known->cursor.value_or(0);
    plan.start_digest = known->digest;
}

}  // namespace pipeline
