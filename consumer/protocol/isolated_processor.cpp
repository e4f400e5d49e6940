// SPDX-License-Identifier: Apache-2.0
#include "consumer/protocol/isolated_processor.hpp"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "common/base/error.hpp"
#include "common/core/item.hpp"
#include "consumer/protocol/answer.hpp"
#include "consumer/protocol/line_buffer.hpp"
#include "consumer/protocol/request.hpp"

namespace pipeline {
namespace {

void write_all(std::string_view text) {
    while (!text.empty()) {
        const ssize_t bytes = ::write(STDOUT_FILENO, text.data(), text.size());
        if (bytes >= 0) {
            text.remove_prefix(static_cast<std::size_t>(bytes));
        } else if (errno != EINTR) {
            throw system_failure(ExitStatus::InputOutput, "write", "to standard output", errno);
        }
    }
}

// Returns the number of bytes read; 0 at the end of the input.
std::size_t read_some(std::span<char> to) {
    while (true) {
        const ssize_t bytes = ::read(STDIN_FILENO, to.data(), to.size());
        if (bytes >= 0) return static_cast<std::size_t>(bytes);
        if (errno != EINTR) {
            throw system_failure(ExitStatus::InputOutput, "read", "from standard input", errno);
        }
    }
}

}  // namespace

ExitStatus answer_requests(Processor& processor) {
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);  // unblock SIGTERM, which must end this process
    LineBuffer requests(RequestWriter::kPositionBytes + kMaxIdBytes);
    Result result;
    while (true) {
        const auto room = requests.room();
        if (room.empty()) throw Failure(ExitStatus::Internal, "a request is longer than an id can be");
        const std::size_t bytes = read_some(room);
        if (bytes == 0) return ExitStatus::Drained;
        requests.add(bytes);
        for (auto request = requests.next(); request; request = requests.next()) {
            const auto invoice = RequestWriter::read_with_position(*request);
            if (!invoice) throw Failure(ExitStatus::Internal, "a request is not understood");
            processor.process(*invoice, result);
            write_all(write_json_answer(invoice->id, result));
        }
    }
}

}  // namespace pipeline
