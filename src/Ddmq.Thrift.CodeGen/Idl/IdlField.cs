namespace Ddmq.Thrift.CodeGen.Idl;

/// <summary>A field of a struct, or an argument of a method.</summary>
/// <param name="Id">Its number on the wire.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="IsOptional">Whether it is marked <c>optional</c>, that is, written only when it was set.</param>
/// <param name="Default">Its default, or null for none.</param>
/// <param name="Doc">Its comment, or null.</param>
/// <param name="Line">Where it stands.</param>
internal sealed record IdlField(short Id, string Name, IdlType Type, bool IsOptional, long? Default, string? Doc, int Line);
