// Package retention destroys who reported once nobody needs it any more (到期销毁):
// personal information is kept no longer than its purpose takes (个人信息保护法
// 第十九条、第四十七条). One officer proposes, another approves; what was destroyed
// stays on record by number and digest, never by content.
//
// retention knows no reports: a register says what is due and erases it, in the
// transaction of the approval.
package retention
