"""Refusals in seed 002's words, which are Chinese."""

from typing import Final

from hubbub.model.errors import UNBLOCK_FIRST, UNDELIVERABLE, Code, Refused

RETRYABLE: Final = frozenset((Code.RATE_LIMITED, Code.UNAVAILABLE))
NOT_A_MEMBER: Final = "你不是这个聊天的成员"
SIGN_IN_FIRST: Final = "请先认证"
SIGN_IN_FAILED: Final = "认证失败"

_TEXTS: Final = {
    Code.UNAUTHORIZED: SIGN_IN_FIRST,
    Code.FORBIDDEN: "没有权限执行此操作",
    Code.NOT_FOUND: "内容不存在，或你无权查看",
    Code.CONFLICT: "与现有内容冲突",
    Code.TOO_LARGE: "内容过大",
    Code.UNAVAILABLE: "服务暂时不可用，请稍后重试",
}
_BLOCKS: Final = {UNBLOCK_FIRST: "请先解除对此人的屏蔽", UNDELIVERABLE: "消息无法送达"}
_FIELDS: Final = {
    "content": "消息内容须为 1 到 5000 个字符，且不能全是空白",
    "nonce": "localId 须为 1 到 64 个字符",
    "type": "type 只能是 TEXT",
    "memberIds": "私聊需要且只需要一个对方",
    "username": "用户名须为 2 到 20 个字符",
    "email": "邮箱格式不正确",
    "password": "密码至少需要 6 个字符",
}


def words(refusal: Refused) -> str:
    """What a person reads."""
    if refusal.code is Code.RATE_LIMITED:
        return f"操作过于频繁，请 {max(refusal.retry_after or 1, 0.1):.1f} 秒后再试"
    if refusal.code is Code.INVALID:
        known = _FIELDS.get(refusal.field or "")
        return known or f"请求格式不正确：{refusal.message}"
    return _TEXTS[refusal.code]


def chat_words(refusal: Refused) -> str:
    """The same, of something that was asked of a chat."""
    if refusal.message in _BLOCKS:
        return _BLOCKS[refusal.message]
    if refusal.code is Code.NOT_FOUND or refusal.code is Code.FORBIDDEN:
        return NOT_A_MEMBER
    return words(refusal)
