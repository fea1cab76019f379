#include "h2/session_callbacks.h"

#include <memory>
#include <span>
#include <string_view>

#include "h2/connection.h"

namespace bsn::h2 {
namespace {

Connection& connection_of(void* user_data) { return *static_cast<Connection*>(user_data); }

// nullptr: the call is over, or never was one.
StreamCall* call_of(nghttp2_session* session, std::int32_t stream) {
  return static_cast<StreamCall*>(nghttp2_session_get_stream_user_data(session, stream));
}

std::string_view text(nghttp2_rcbuf* buffer) {
  const nghttp2_vec bytes = nghttp2_rcbuf_get_buf(buffer);
  return {reinterpret_cast<const char*>(bytes.base), bytes.len};
}

bool is_request(const nghttp2_frame& frame) {
  return frame.hd.type == NGHTTP2_HEADERS && frame.headers.cat == NGHTTP2_HCAT_REQUEST;
}

bool ends_stream(const nghttp2_frame& frame) {
  return (frame.hd.type == NGHTTP2_HEADERS || frame.hd.type == NGHTTP2_DATA) &&
         (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
}

}  // namespace

struct SessionCallbacks {
  static int on_begin_headers(nghttp2_session* session, const nghttp2_frame* frame, void* user_data) {
    if (!is_request(*frame)) return 0;
    StreamCall* call = connection_of(user_data).begin_call(frame->hd.stream_id);
    if (call) nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, call);
    return 0;
  }

  static int on_header(nghttp2_session* session, const nghttp2_frame* frame, nghttp2_rcbuf* name, nghttp2_rcbuf* value,
                       std::uint8_t, void*) {
    StreamCall* call = is_request(*frame) ? call_of(session, frame->hd.stream_id) : nullptr;
    if (call) call->head_.add(text(name), text(value));
    return 0;
  }

  static int on_invalid_header(nghttp2_session* session, const nghttp2_frame* frame, nghttp2_rcbuf*, nghttp2_rcbuf*,
                               std::uint8_t, void*) {
    StreamCall* call = is_request(*frame) ? call_of(session, frame->hd.stream_id) : nullptr;
    if (call) call->head_.note_forbidden();
    return 0;
  }

  static void note_ping(Connection& connection, bool answer) {
    if (answer) {
      connection.pinged_ = false;
    } else {
      ++connection.counts_.pings_in;
    }
  }

  static int on_frame(nghttp2_session* session, const nghttp2_frame* frame, void* user_data) {
    Connection& connection = connection_of(user_data);
    if (frame->hd.type == NGHTTP2_SETTINGS) connection.greeted_ = true;
    if (frame->hd.type == NGHTTP2_PING) note_ping(connection, frame->hd.flags & NGHTTP2_FLAG_ACK);
    if (frame->hd.type == NGHTTP2_RST_STREAM && frame->rst_stream.error_code != NGHTTP2_NO_ERROR) {
      ++connection.counts_.resets_in;
    }
    if (is_request(*frame)) {
      if (StreamCall* call = call_of(session, frame->hd.stream_id)) call->headers_done();
    }
    if (!ends_stream(*frame)) return 0;
    if (StreamCall* call = call_of(session, frame->hd.stream_id)) call->half_closed();
    return 0;
  }

  static int on_data(nghttp2_session* session, std::uint8_t, std::int32_t stream, const std::uint8_t* data,
                     std::size_t length, void*) {
    if (StreamCall* call = call_of(session, stream)) {
      call->data({reinterpret_cast<const char*>(data), length});
    } else {
      nghttp2_session_consume(session, stream, length);
    }
    return 0;
  }

  static int on_stream_close(nghttp2_session* session, std::int32_t stream, std::uint32_t, void* user_data) {
    if (StreamCall* call = call_of(session, stream)) connection_of(user_data).end_call(*call);
    return 0;
  }

  // After an early answer the client need not send the rest. Resets of ours for cause are counted; frames of answers
  // let the client send its updates of windows and its probes.
  static int on_frame_sent(nghttp2_session* session, const nghttp2_frame* frame, void* user_data) {
    if (frame->hd.type == NGHTTP2_RST_STREAM && frame->rst_stream.error_code != NGHTTP2_NO_ERROR) {
      connection_of(user_data).note_our_reset();
    }
    if (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA)
      connection_of(user_data).guard_.note_sent();
    if (frame->hd.type != NGHTTP2_HEADERS || !ends_stream(*frame)) return 0;
    const StreamCall* call = call_of(session, frame->hd.stream_id);
    if (call && !call->half_closed_) {
      nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_NO_ERROR);
    }
    return 0;
  }

  static ssize_t fill(nghttp2_session* session, std::int32_t stream, std::uint8_t* buffer, std::size_t length,
                      std::uint32_t* flags, nghttp2_data_source*, void*) {
    StreamCall* call = call_of(session, stream);
    if (!call) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;  // the call was dropped; resets the stream
    const auto filled = call->fill({buffer, length});
    if (!filled) return NGHTTP2_ERR_DEFERRED;
    if (call->all_told()) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
      if (call->plain_) return static_cast<ssize_t>(*filled);
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      call->submit_trailers();
    }
    return static_cast<ssize_t>(*filled);
  }
};

namespace {

nghttp2_session_callbacks* make_callbacks() {
  nghttp2_session_callbacks* made = nullptr;
  nghttp2_session_callbacks_new(&made);
  nghttp2_session_callbacks_set_on_begin_headers_callback(made, SessionCallbacks::on_begin_headers);
  nghttp2_session_callbacks_set_on_header_callback2(made, SessionCallbacks::on_header);
  nghttp2_session_callbacks_set_on_invalid_header_callback2(made, SessionCallbacks::on_invalid_header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(made, SessionCallbacks::on_frame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, SessionCallbacks::on_data);
  nghttp2_session_callbacks_set_on_stream_close_callback(made, SessionCallbacks::on_stream_close);
  nghttp2_session_callbacks_set_on_frame_send_callback(made, SessionCallbacks::on_frame_sent);
  return made;
}

nghttp2_option* make_options() {
  nghttp2_option* made = nullptr;
  nghttp2_option_new(&made);
  nghttp2_option_set_no_auto_window_update(made, 1);  // what a call has not read is not asked for again
  nghttp2_option_set_no_closed_streams(made, 1);      // keeps nothing of streams that are over
  return made;
}

}  // namespace

nghttp2_session* open_server_session(Connection& connection) {
  static nghttp2_session_callbacks* const callbacks = make_callbacks();
  static nghttp2_option* const options = make_options();
  nghttp2_session* session = nullptr;
  nghttp2_session_server_new2(&session, callbacks, &connection, options);
  return session;
}

void Connection::submit_headers(std::int32_t stream, const HeaderList& list, bool last) {
  nghttp2_data_provider provider{};
  provider.read_callback = SessionCallbacks::fill;
  const auto entries = list.entries();
  nghttp2_submit_response(session_, stream, entries.data(), entries.size(), last ? nullptr : &provider);
}

}  // namespace bsn::h2
