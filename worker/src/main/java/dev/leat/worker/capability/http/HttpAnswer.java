package dev.leat.worker.capability.http;

import dev.leat.contract.Headers;

/** What became of a function's request. To be closed when it is no longer needed. */
public sealed interface HttpAnswer extends AutoCloseable {
  @Override
  void close();

  /**
   * The server's answer, of whatever status.
   *
   * @param body whole; must not be changed
   * @param held gives back the room that the body takes; may be called again
   */
  record Received(int status, Headers headers, byte[] body, Runnable held) implements HttpAnswer {
    @Override
    public void close() {
      held.run();
    }
  }

  /**
   * There is none.
   *
   * @param code of {@link dev.leat.worker.capability.HostCode}
   * @param why in words, for the function's author
   */
  record None(int code, String why) implements HttpAnswer {
    @Override
    public void close() {
      // nothing is held
    }
  }
}
