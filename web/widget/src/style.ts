/* style.ts: the look of the panel, as one constructed sheet. System fonts, our own layout; nothing of the page's style
 * comes in, nothing of ours goes out. */
export const STYLE = `
.l b{position:absolute;top:-4px;right:-4px;min-width:20px;border-radius:10px;background:#b91c1c;color:#fff;
font:600 12px/20px system-ui,sans-serif}
.l b:empty{display:none}
.p{--bg:#fff;--fg:#16181d;--dim:#5b6472;--line:#e2e5ea;--soft:#f2f4f7;position:fixed;container-type:size;
bottom:calc(88px + var(--b,0px));right:20px;width:380px;height:min(600px,calc(var(--h,100vh) - 110px));
display:flex;flex-direction:column;
background:var(--bg);color:var(--fg);border:1px solid var(--line);border-radius:16px;overflow:hidden;
box-shadow:0 12px 40px #0003;font:15px/1.45 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
.p[hidden]{display:none}
.left .p{right:auto;left:20px}
header{display:flex;gap:8px;align-items:center;padding:12px 8px 12px 16px;background:var(--c);color:var(--k)}
header div{flex:1;min-width:0}
h2{margin:0;font-size:16px;line-height:1.3;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
header p{margin:0;font-size:13px}
.p button{font:inherit;color:inherit;background:none;border:0;border-radius:8px;cursor:pointer;min-height:40px;padding:0 12px}
.p :focus-visible{outline:2px solid var(--fg);outline-offset:2px}
header :focus-visible,.mine a:focus-visible{outline-color:currentColor!important;outline-offset:-4px!important}
.log:focus-visible{outline-offset:-2px!important}
.pic{width:32px;height:32px;flex:none;font:600 16px/1 system-ui}
.pic *{width:100%;height:100%;box-sizing:border-box;border-radius:50%;object-fit:cover;fill:currentColor;display:block}
.pic svg{padding:12.5%}
.pic i{display:grid;place-items:center;border:1px solid;font-style:normal}
.who .pic{display:inline-block;width:18px;height:18px;margin-inline-end:5px;font-size:10px;vertical-align:middle}
.x{width:44px;height:44px;padding:0!important;font-size:22px!important;line-height:1}
.log{flex:1;overflow-y:auto;padding:16px;display:flex;flex-direction:column;gap:4px;overscroll-behavior:contain;
overflow-wrap:anywhere}
.day{align-self:center;margin:8px 0;color:var(--dim);font-size:12px}
.m{max-width:84%;align-self:flex-start;margin-top:8px}
.m.mine{align-self:flex-end}
.m.house{align-self:center;text-align:center;color:var(--dim);font-size:13px}
.who,.at{color:var(--dim);font-size:12px;margin:0 4px}
.mine .at{text-align:right}
.b{padding:8px 12px;border-radius:14px;background:var(--soft);white-space:pre-wrap}
.mine .b{background:var(--c);color:var(--k)}
.house .b{background:none;padding:0}
.b a{color:inherit}
.b img{display:block;max-width:100%;max-height:240px;height:auto;object-fit:contain;object-position:left;border-radius:8px}
.cards{display:grid;gap:6px;margin:6px 0}
.card{display:flex;gap:10px;align-items:center;padding:8px;border:1px solid var(--line);border-radius:12px;color:inherit;
text-decoration:none;background:var(--bg)}
a.card:hover span:first-child{text-decoration:underline}
.card img{width:56px;height:56px;flex:none;object-fit:cover;border-radius:8px;background:var(--soft)}
.card span{display:block;min-width:0}
.card .dim{color:var(--dim);font-size:13px}
.fail .at{color:#b42318}
.fail .at button{min-height:24px;padding:0 4px;text-decoration:underline}
.n{position:fixed;bottom:88px;right:20px;max-width:min(280px,calc(100vw - 40px));display:flex;
background:#fff;color:#16181d;border-radius:14px;box-shadow:0 4px 16px #0004;font:15px/1.4 system-ui,sans-serif}
.left .n{right:auto;left:20px}
.n button{font:inherit;color:inherit;background:none;border:0;border-radius:14px;cursor:pointer;padding:12px;min-width:44px;
text-align:start;white-space:pre-line;overflow-wrap:anywhere}
.n button:focus-visible{outline:2px solid;outline-offset:-4px}
.chips{display:flex;flex-wrap:wrap;gap:8px;margin-top:8px}
.chips:empty{display:none}
.chips button{border:1px solid #8a93a0;border-radius:20px;font-size:14px;text-align:start}
.say{min-height:20px;padding:0 16px 4px;color:var(--dim);font-size:13px}
.say.bad{color:#b42318}
.acts{display:flex;gap:8px;padding:0 12px}
.acts[hidden]{display:none}
.acts button{border:1px solid var(--line);font-size:14px;min-height:36px}
form{display:flex;gap:8px;align-items:flex-end;padding:8px 12px 12px;border-top:1px solid var(--line);margin-top:8px}
textarea{flex:1;box-sizing:border-box;min-height:44px;max-height:120px;padding:10px 12px;border:1px solid #8a93a0;border-radius:12px;
resize:none;font-size:16px;line-height:1.4;font-family:inherit;color:inherit;background:var(--bg)}
.leave{margin:0;border:0;padding:8px 12px 0}
.leave[hidden]{display:none}
.rate{flex-wrap:wrap;padding-bottom:8px;align-items:center}
.rate p{margin:0;flex:1 1 100%;font-size:14px}
.rate div{display:flex;gap:6px;flex:1 1 100%}
.rate [hidden]{display:none}
.rate div button{flex:1}
.rate div [aria-pressed=true]{outline:2px solid var(--fg);outline-offset:1px}
.leave input{flex:1;min-width:0;box-sizing:border-box;min-height:44px;padding:0 12px;border:1px solid #8a93a0;border-radius:12px;
font-size:16px;font-family:inherit;color:inherit;background:var(--bg)}
form button{background:var(--c)!important;color:var(--k)!important;min-height:44px!important}
form .clip{background:none!important;color:inherit!important;width:44px;padding:0!important;font-size:18px!important}
form button:is(:disabled,[aria-disabled=true]){opacity:.5;cursor:default}
@media(max-width:480px),(max-height:480px){
.p,.left .p{inset:var(--y,0) 0 auto 0;width:auto;height:var(--h,100vh);border:0;border-radius:0}}
@container(max-height:260px){header,.acts,.say:empty{display:none!important}form{margin:0!important}}
@media(prefers-color-scheme:dark){.p.auto{--bg:#16181d;--fg:#eceef2;--dim:#a3abb8;--line:#343a45;--soft:#262b34}
.p.auto .fail .at,.p.auto .say.bad{color:#f97066}}
@media(prefers-reduced-motion:no-preference){.p{animation:in .16s ease-out}@keyframes in{from{opacity:0;translate:0 8px}}}
`;
