package dev.leat.testkit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A function's instructions, for {@link WasmBuilder}. The usual ones have a method; any other is
 * written by {@link #op} with its bytes (Wasm Core 2.0, 5.4). Confined to one thread.
 */
public final class WasmCode {
  private static final int END = 0x0b;

  private final WasmBytes locals = new WasmBytes();
  private final WasmBytes code = new WasmBytes();
  private int localGroups;

  /** Declares locals, which follow the parameters in their numbering. */
  public WasmCode locals(int count, String type) {
    locals.unsigned(count).raw(WasmBuilder.valueType(type));
    localGroups++;
    return this;
  }

  /** Any instruction, byte by byte. */
  public WasmCode op(int... bytes) {
    code.raw(bytes);
    return this;
  }

  public WasmCode i32Const(int value) {
    code.raw(0x41).signed(value);
    return this;
  }

  public WasmCode i64Const(long value) {
    code.raw(0x42).signed(value);
    return this;
  }

  public WasmCode f64Const(double value) {
    code.raw(0x44)
        .bytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(value).array());
    return this;
  }

  public WasmCode localGet(int index) {
    return indexed(0x20, index);
  }

  public WasmCode localSet(int index) {
    return indexed(0x21, index);
  }

  public WasmCode localTee(int index) {
    return indexed(0x22, index);
  }

  public WasmCode globalGet(int index) {
    return indexed(0x23, index);
  }

  public WasmCode globalSet(int index) {
    return indexed(0x24, index);
  }

  /** Calls a function; imported ones are numbered first. */
  public WasmCode call(int function) {
    return indexed(0x10, function);
  }

  /** Calls through table 0; the index is a type's, in the order of first use. */
  public WasmCode callIndirect(int type) {
    code.raw(0x11).unsigned(type).raw(0);
    return this;
  }

  public WasmCode i32Load(int offset) {
    return memory(0x28, 2, offset);
  }

  public WasmCode i64Load(int offset) {
    return memory(0x29, 3, offset);
  }

  public WasmCode i32Load8Unsigned(int offset) {
    return memory(0x2d, 0, offset);
  }

  public WasmCode i32Store(int offset) {
    return memory(0x36, 2, offset);
  }

  public WasmCode i64Store(int offset) {
    return memory(0x37, 3, offset);
  }

  public WasmCode i32Store8(int offset) {
    return memory(0x3a, 0, offset);
  }

  public WasmCode memorySize() {
    return op(0x3f, 0);
  }

  public WasmCode memoryGrow() {
    return op(0x40, 0);
  }

  public WasmCode i32Add() {
    return op(0x6a);
  }

  public WasmCode i32Sub() {
    return op(0x6b);
  }

  public WasmCode i64Or() {
    return op(0x84);
  }

  public WasmCode i64Shl() {
    return op(0x86);
  }

  /** Widens an i32 without its sign: pointers. */
  public WasmCode i64ExtendUnsigned() {
    return op(0xad);
  }

  /** Opens a block without a result, closed by {@link #end}. */
  public WasmCode block() {
    return op(0x02, 0x40);
  }

  /** Opens a loop without a result, closed by {@link #end}. */
  public WasmCode loop() {
    return op(0x03, 0x40);
  }

  /** Opens a conditional block without a result, closed by {@link #end}. */
  public WasmCode ifTrue() {
    return op(0x04, 0x40);
  }

  public WasmCode otherwise() {
    return op(0x05);
  }

  public WasmCode end() {
    return op(END);
  }

  public WasmCode br(int depth) {
    return indexed(0x0c, depth);
  }

  public WasmCode brIf(int depth) {
    return indexed(0x0d, depth);
  }

  public WasmCode returns() {
    return op(0x0f);
  }

  public WasmCode drop() {
    return op(0x1a);
  }

  public WasmCode unreachable() {
    return op(0x00);
  }

  /** The body as the code section holds it: its size, its locals, its code. */
  WasmBytes body() {
    WasmBytes body = new WasmBytes().unsigned(localGroups).append(locals).append(expression());
    return new WasmBytes().unsigned(body.size()).append(body);
  }

  /** The instructions and the {@code end} that closes them. */
  WasmBytes expression() {
    return new WasmBytes().append(code).raw(END);
  }

  private WasmCode indexed(int opcode, int index) {
    code.raw(opcode).unsigned(index);
    return this;
  }

  private WasmCode memory(int opcode, int alignment, int offset) {
    code.raw(opcode, alignment).unsigned(offset);
    return this;
  }
}
