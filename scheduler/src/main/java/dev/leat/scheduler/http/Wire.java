package dev.leat.scheduler.http;

import dev.leat.contract.codec.HeadLimits;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What both sides of a connection between nodes keep to. A call is {@code POST /invoke} with
 *
 * <pre>
 *   request:  call (8 octets), length of the head (4), head (InvocationHead), body
 *   response: frames: kind (1 octet), length (4), payload
 *             WAITING  nothing: the call had not begun, and will not without having asked
 *             ASK      nothing: may it begin? Only after WAITING
 *             OUTCOME  load (3 numbers of 4), head (OutcomeHead); the body follows, and the end
 * </pre>
 *
 * <p>The call's number is the client's, one of its own on each connection. By it the client says on
 * the same connection {@code POST /grant/<call>}: it may begin, and {@code POST /cancel/<call>}:
 * nobody waits any more. {@code GET /report} asks how the worker does, {@code GET /about} who the
 * node is. Every status but 200 says that nothing was begun.
 */
final class Wire {
  /** The format's number. Another is refused by both sides. */
  static final int FORMAT = 1;

  /** The header field with the format's number, in every request but that for {@code /about}. */
  static final String FORMAT_FIELD = "leat-wire";

  static final String INVOKE = "/invoke";
  static final String GRANT = "/grant/";
  static final String CANCEL = "/cancel/";
  static final String REPORT = "/report";

  /** The report with what is asked for most, which only those who plan need. */
  static final String REPORT_WITH_DEMANDS = "/report/demands";

  static final String ABOUT = "/about";

  /** Before the head: the call's number and the head's length. */
  static final int PREFIX_BYTES = Long.BYTES + Integer.BYTES;

  /** Before a frame's payload: its kind and length. */
  static final int FRAME_BYTES = 1 + Integer.BYTES;

  static final int WAITING = 1;
  static final int ASK = 2;
  static final int OUTCOME = 3;

  /** Before the head in an OUTCOME. */
  static final int LOAD_BYTES = 3 * Integer.BYTES;

  static final int OUTCOME_BYTES_MAX = LOAD_BYTES + HeadLimits.HEAD_BYTES_MAX;

  /** What is written at once; then it is looked whether the other side keeps up. */
  static final int CHUNK_BYTES = 64 << 10;

  /** What may be on its way in one call, unread by the program, and what in all of a connection. */
  static final int WINDOW_BYTES = 256 << 10;

  static final int CONNECTION_WINDOW_BYTES = 1 << 20;

  /**
   * Calls at once on a connection; of those that a gateway has, 10,000, a few connections' share.
   */
  static final int STREAMS_MAX = 4_096;

  static final Set<String> TLS = Set.of("TLSv1.3");
  static final List<HttpVersion> VERSIONS = List.of(HttpVersion.HTTP_2);

  /** How long TLS may take to begin: in a JVM that has just started, under load, seconds. */
  static final Duration HANDSHAKE = Duration.ofSeconds(10);

  private Wire() {}
}
