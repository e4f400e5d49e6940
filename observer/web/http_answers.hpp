// SPDX-License-Identifier: Apache-2.0
// Turns an HTTP request into its answer, both whole in memory. The library parses the one and writes the
// other. It gets no socket and no thread, so a client cannot hold one. An optional part, like serve.hpp.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "observer/judge/lookout.hpp"

namespace pipeline {

class HttpAnswers {
  public:
    // `anywhere`: also answers clients that address this machine by a name that is not a loopback one.
    explicit HttpAnswers(bool anywhere);
    HttpAnswers(const HttpAnswers&) = delete;
    HttpAnswers& operator=(const HttpAnswers&) = delete;
    ~HttpAnswers();

    // `request`: its head, or the part of it that has come if nothing more will; a body is ignored. Returns
    // an empty string if it is not a request.
    [[nodiscard]] std::string answer_to(std::string_view request, const View& view);

  private:
    class Server;
    std::unique_ptr<Server> server_;
};

}  // namespace pipeline
