package dev.leat.gateway.control.reply;

import dev.leat.invocations.async.DeadLetters.Progress;

/**
 * How far redriving or purging has come.
 *
 * @param done by this request, or that it would be done to
 * @param left how many still fit
 */
public record DeadLetterProgress(long done, long left) {
  public static DeadLetterProgress of(Progress progress) {
    return new DeadLetterProgress(progress.done(), progress.left());
  }
}
