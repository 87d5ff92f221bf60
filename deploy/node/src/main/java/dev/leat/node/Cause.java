package dev.leat.node;

import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** What went wrong, in words and in one line. */
final class Cause {
  private Cause() {}

  /** The failure that the others came of. */
  static Throwable root(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** What it says, or what the operating system said, without a full stop. */
  static String words(Throwable failure) {
    return switch (failure) {
      case FileAlreadyExistsException _ -> "it is a file";
      case AccessDeniedException _ -> "permission denied";
      case NoSuchFileException e -> "there is no " + e.getFile();
      case FileSystemException e when e.getReason() != null -> e.getReason();
      case UnknownHostException e -> "unknown host " + e.getMessage();
      default -> firstLine(failure);
    };
  }

  /** The words of the input or output failure that the others came of, or else its own. */
  static String ofInputOrOutput(Throwable failure) {
    Throwable root = root(failure);
    return root instanceof IOException ? words(root) : firstLine(failure);
  }

  private static String firstLine(Throwable failure) {
    String message = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
  }
}
