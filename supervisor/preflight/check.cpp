// SPDX-License-Identifier: Apache-2.0
#include "supervisor/preflight/check.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>
#include <exception>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/error.hpp"
#include "common/base/fd.hpp"
#include "common/base/output.hpp"
#include "common/base/plural.hpp"
#include "common/base/printable.hpp"
#include "common/shm/lock_note.hpp"
#include "supervisor/preflight/adoption.hpp"
#include "supervisor/preflight/left_segments.hpp"
#include "supervisor/preflight/looked_at_ledger.hpp"
#include "supervisor/preflight/preflight.hpp"
#include "supervisor/preflight/source_probe.hpp"

namespace pipeline {
namespace {

// The findings: a line for each object, and the status of the first that is not usable.
class Findings {
  public:
    void note(std::string_view object, std::string_view what) {
        fmt::format_to(std::back_inserter(lines_), "{}: {}\n", object, safe_line(what));
    }
    // Calls `judge`, which returns what is right with the object, or throws. Returns false if it
    // throws.
    template <class Judge>
    bool judge(std::string_view object, Judge&& judge) {
        try {
            note(object, judge());
            return true;
        } catch (const Failure& failure) {
            refuse(object, failure.what(), failure.status());
        } catch (const std::exception& exception) {
            refuse(object, exception.what(), ExitStatus::Internal);
        }
        return false;
    }
    [[nodiscard]] const std::string& lines() const noexcept { return lines_; }
    [[nodiscard]] ExitStatus status() const noexcept { return status_; }

  private:
    void refuse(std::string_view object, std::string_view why, ExitStatus status) {
        note(object, fmt::format("not usable: {}", why));
        if (status_ == ExitStatus::Drained) status_ = status;
    }
    std::string lines_;
    ExitStatus status_ = ExitStatus::Drained;
};

struct Owner {
    LockNote note;
    bool is_alive = false;
};

// Reads who has the pipeline's name, or had it last.
Owner owner_of_name(const Options& options) {
    const auto path = lock_file(options.runtime_dir, options.name);
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
    if (!file) return {};
    const bool is_taken = ::flock(file.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    return {read_lock_note(file.get()), is_taken};
}

std::string describe(const LeftBehind& leftovers) {
    switch (leftovers.state) {
        case LeftBehind::State::None:
            return "nothing is left of an earlier start";
        case LeftBehind::State::InUse:
            return "processes of an earlier supervisor still drain: a start waits for them";
        case LeftBehind::State::Old:
            return "version 0.1.0 has left segments: a start takes them over";
        case LeftBehind::State::Fitting:
            break;
    }
    return fmt::format("a start goes on with {}", counted(leftovers.in_flight, "unfinished invoice"));
}

// Judges what a start would meet that no running pipeline of this name has.
void check_what_is_free(Findings& findings, const Preflight& preflight, const Options& options,
                        const SegmentsPlan& plan, const LockNote& last) {
    const bool is_free = findings.judge("source's lock", [&] {
        require_free_source(options);
        return "no other pipeline has it";
    });
    if (!is_free) return;
    bool needs_segments = false;
    findings.judge("leftovers", [&] {
        AdoptionRequest request;
        request.name = options.name;
        request.segments = options.segments();
        request.elsewhere = other_places(options, last.shm_dir);
        request.plan = plan;
        request.known_ledger = [&](const KnownLedger& known) {
            return look_at_known_ledger(options.ledger, known);
        };
        const LeftBehind leftovers = look_at_leftovers(request);
        needs_segments = leftovers.state == LeftBehind::State::None;
        return describe(leftovers);
    });
    if (!needs_segments) return;
    findings.judge("shared memory", [&] {
        preflight.room(plan);
        return "has room for the segments, " + in_quotes(options.shm_dir.native());
    });
}

}  // namespace

ExitStatus check(const Options& options) {
    const Preflight preflight(options, Directories::Look);
    Findings findings;
    findings.note("configuration", "usable");
    findings.judge("open files", [&] {
        preflight.descriptors();
        return "enough are allowed";
    });
    findings.judge("directories", [&] {
        preflight.directories();
        return fmt::format("usable, {} and {}", in_quotes(options.state_dir.native()),
                           in_quotes(options.runtime_dir.native()));
    });
    std::optional<SegmentsPlan> plan;
    findings.judge("source", [&] {
        preflight.source();
        plan = preflight.plan();
        const char* const what = preflight.will_make_source() ? "a start makes it, " : "usable, ";
        const bool has_server = options.source.traits().input == SourceTraits::Input::Queue;
        return what + (has_server ? ask_source(options) : printable(options.source.shown()));
    });
    findings.judge("program", [&] {
        preflight.program();
        return "usable, " + printable(options.process.text());
    });
    const bool has_ledger = findings.judge("ledger", [&] {
        const bool is_there = require_usable_ledger(options.ledger, options.state_dir);
        return fmt::format("{}, {}", is_there ? "usable" : "a start makes it", options.ledger.text());
    });
    const Owner owner = owner_of_name(options);
    if (owner.is_alive) {
        findings.note("name", fmt::format("{} runs, with pid {}: a second start is refused", options.name,
                                          owner.note.pid.empty() ? "unknown" : owner.note.pid));
    } else if (plan && has_ledger) {
        check_what_is_free(findings, preflight, options, *plan, owner.note);
    }
    print_output(findings.lines());
    return findings.status();
}

}  // namespace pipeline
