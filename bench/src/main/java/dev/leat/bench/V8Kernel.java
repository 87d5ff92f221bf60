package dev.leat.bench;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A kernel on V8: a Node.js process that answers each line with nanoseconds and checksum. */
final class V8Kernel implements Kernel {
  private final Process node;
  private final Writer requests;
  private final BufferedReader answers;

  V8Kernel(Path script, Path module) throws IOException {
    node =
        new ProcessBuilder("node", script.toString(), module.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    requests = new OutputStreamWriter(node.getOutputStream(), StandardCharsets.US_ASCII);
    answers =
        new BufferedReader(new InputStreamReader(node.getInputStream(), StandardCharsets.US_ASCII));
  }

  /** Whether there is a {@code node} to start. */
  static boolean isAvailable() {
    try {
      return new ProcessBuilder("node", "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public Timing run(int times) throws IOException {
    requests.write(times + "\n");
    requests.flush();
    String answer = answers.readLine();
    if (answer == null) {
      throw new EOFException("node ended");
    }
    int space = answer.indexOf(' ');
    return new Timing(
        Long.parseLong(answer.substring(0, space)), Long.parseLong(answer.substring(space + 1)));
  }

  /** Node ends when its input does. */
  @Override
  public void close() throws IOException {
    requests.close();
    answers.close();
    node.destroy();
  }
}
